import Storage

/// A walk over the frames of a sealed segment in either form, which accepts nothing that is not as it was written: header
/// checksum, chain, payload checksum, padding, seal. It can be interrupted after any frame.
struct FrameChain: Sendable {
    private var position: ChainPosition

    /// Where the next frame begins in the segment.
    var offset: Int { position.offset }

    init(_ segment: Segment) {
        position = ChainPosition(segment)
    }

    /// Accepts the next frame, which lies in `part` of the segment.
    ///
    /// - Throws: `damaged`, naming file, offset and sequences.
    mutating func take(from part: Segment, of sealed: SealedSegment) throws(LogError) -> FrameHeader {
        guard let (header, checksum) = part.frame(at: offset), position.accepts(header),
            offset + header.frameLength <= sealed.length
        else {
            throw damage("a frame that was durable cannot be read", sealed, upTo: sealed.sequence(after: offset))
        }
        guard part.isWhole(at: offset, header) else {
            throw damage("a frame does not match its checksum", sealed, upTo: header.endSequence)
        }
        // Else events would be there that nobody finds.
        if let packed = sealed.segment.packed, part.start == offset, !packed.tells(of: header, at: offset) {
            throw damage(
                "the block index of the packed segment tells of another frame", sealed, upTo: header.endSequence)
        }
        let end = offset + header.frameLength
        if header.kind == FrameKind.seal.rawValue || end == sealed.length {
            guard header.kind == FrameKind.seal.rawValue, end == sealed.length, checksum == sealed.sealChecksum,
                header.endSequence == sealed.endSequence
            else { throw damage("the segment does not end with its seal", sealed, upTo: sealed.endSequence) }
        }
        position.pass(header, checksum)
        return header
    }

    private func damage(_ message: String, _ sealed: SealedSegment, upTo end: UInt64) -> LogError {
        let first = position.nextSequence
        return .damage(message, in: sealed.segment, offset: offset, sequences: first...max(first, end &- 1))
    }
}
