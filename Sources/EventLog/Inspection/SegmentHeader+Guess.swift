import Storage

/// What can still be said of a segment whose header is damaged: its frames bear checksums of their own, seeded with its salt.
extension SegmentHeader {
    struct Guess {
        let header: SegmentHeader
        /// What the first frame is chained to.
        let checksum: UInt32
        /// Of the first frame.
        let baseSequence: UInt64
    }

    /// Finds the salt with which the first frame can be read: the one that stands there, or one that differs in a bit of it.
    ///
    /// - Parameter id: by the file's name or the manifest.
    static func guess(_ bytes: RawSpan, id: UInt64) -> Guess? {
        guard bytes.byteCount > blockLength else { return nil }
        let fields = fields(bytes)
        for flipped in -1..<32 {
            var header = fields
            header.id = id
            if flipped >= 0 { header.salt ^= 1 << UInt32(flipped) }
            if let (frame, _) = FrameHeader.read(bytes, at: blockLength, seed: header.seed) {
                return Guess(header: header, checksum: frame.previousChecksum, baseSequence: frame.firstSequence)
            }
        }
        return nil
    }
}
