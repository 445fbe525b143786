import Storage

/// A frame on its way to the committer: its bytes, and what its header will say.
struct PendingFrame: Sendable {
    let block: ByteBlock
    let kind: FrameKind
    let flags: UInt8
    let payloadLength: Int
    let payloadChecksum: UInt32
    let recordCount: Int
    let addressee: UInt32
    let ticket: (any AppendTicket)?

    /// Computes the checksum of the payload, on the caller's thread.
    init(
        _ frame: FrameBuffer, kind: FrameKind, flags: UInt8 = 0, recordCount: Int = 0, addressee: UInt32 = 0,
        ticket: (any AppendTicket)? = nil
    ) {
        block = frame.block
        self.kind = kind
        self.flags = flags
        payloadLength = frame.count
        payloadChecksum = CRC32C.checksum(frame.payload)
        self.recordCount = recordCount
        self.addressee = addressee
        self.ticket = ticket
        block.pad(to: 8)
    }

    /// Header, payload and padding.
    var frameLength: Int { block.count }
}
