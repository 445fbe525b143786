import NIOCore

/// Cuts the bytes of a connection into answers; a body is handed out in one piece.
struct AnswerDecoder {
    private var pending = ByteBuffer()
    private var head: AnswerHead?

    /// An answer's head, at most.
    private static let headBytesMax = 64 << 10

    /// Every byte was part of an answer that was handed out.
    var isEmpty: Bool { head == nil && pending.readableBytes == 0 }

    /// Takes bytes as they came.
    mutating func append(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            if let head { pending.reserveCapacity(minimumWritableBytes: max(0, head.length - pending.readableBytes)) }
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The next answer; nil when more bytes have to come.
    mutating func next() throws(CommandFailure) -> Answer? {
        if head == nil { head = try readHead() }
        guard let head, let body = pending.readSlice(length: head.length) else { return nil }
        self.head = nil
        // The memory that was read into can be used again when nobody holds it.
        if pending.readableBytes == 0 { pending = ByteBuffer() }
        return Answer(status: head.status, body: body)
    }

    private mutating func readHead() throws(CommandFailure) -> AnswerHead? {
        guard let end = pending.offset(of: "\r\n\r\n") else {
            if pending.readableBytes > Self.headBytesMax { throw AnswerHead.failure("its head does not end") }
            return nil
        }
        let bytes = pending
        pending.moveReaderIndex(forwardBy: end + 4)
        let head = try bytes.withHead(count: end + 2)
        guard head.length <= BrokerClient.largestAnswer else { throw AnswerHead.failure("its body is too large") }
        return head
    }
}

extension ByteBuffer {
    fileprivate func withHead(count: Int) throws(CommandFailure) -> AnswerHead {
        let head = withUnsafeReadableBytes { bytes in
            Result<AnswerHead, CommandFailure> { () throws(CommandFailure) in
                try AnswerHead(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
        }
        return try head.get()
    }
}
