import Storage

/// Sealed segments are verified in the background, so that damage is known before anyone needs the data.
extension SegmentedLog {
    /// Begins to verify the sealed segment that was not verified for the longest time; the oldest first, after opening.
    ///
    /// O(segments). For any thread. The caller decides when: remember ``ScrubPass/lastVerified`` to let a time pass between two
    /// rounds.
    ///
    /// - Returns: `nil` when there is no sealed segment.
    public func beginScrub() -> ScrubPass? {
        let ids = reading.withLock { $0.sealed.map(\.segment.header.id) }
        return upkeep.leastRecentlyVerified(of: ids).map { ScrubPass(segment: $0.id, lastVerified: $0.bootTime) }
    }

    /// Verifies the next piece of a sealed segment, in either form: header, chain, every header and payload checksum, padding,
    /// seal; of a packed one also its index and the checksums of its blocks.
    ///
    /// Blocking: it reads `bytes` from the disk, and takes about a tenth of a millisecond a MiB beyond that, a packed segment two
    /// milliseconds. For a thread of low priority, which pauses between two pieces. It writes nothing, takes no lock for long, and
    /// fences nothing: what damage means is for the caller to decide. Past the block cache, one block at a time.
    ///
    /// - Parameter bytes: where to stop, after the frame (of a packed segment: the block) that reaches it.
    /// - Returns: how many bytes were verified now; 0 when the pass is finished, or the segment was given up meanwhile.
    /// - Throws: ``LogError`` with code ``LogError/Code/damaged``, naming file, offset and sequences. The pass is finished then,
    ///   and the segment counts as verified, so that the next pass takes another one.
    public func scrub(_ pass: inout ScrubPass, bytes: Int = 1 << 20) throws(LogError) -> Int {
        let id = pass.segment
        let sealed = reading.withLock { reading in reading.sealed.first { $0.segment.header.id == id } }
        guard let sealed, !pass.isFinished else {
            pass.isFinished = true
            return 0
        }
        do throws(LogError) {
            let verified = try verifyPiece(of: sealed, &pass, bytes)
            pass.bytesVerified += verified
            if pass.isFinished { upkeep.didVerify(id, at: configuration.clock.bootTime) }
            return verified
        } catch {
            pass.isFinished = true
            upkeep.didVerify(id, at: configuration.clock.bootTime)
            throw error
        }
    }

    private func verifyPiece(
        of sealed: SealedSegment, _ pass: inout ScrubPass, _ bytes: Int
    ) throws(LogError) -> Int {
        if pass.chain == nil { try sealed.verifyHeader() }
        var chain = pass.chain ?? FrameChain(sealed.segment)
        let start = chain.offset
        while chain.offset < sealed.length, chain.offset - start < max(bytes, 1) {
            let part = try sealed.segment.uncachedPart(at: chain.offset)
            // A block is finished, so that it is decompressed once.
            let end = sealed.segment.packed == nil ? min(sealed.length, start + max(bytes, 1)) : part.end
            repeat { _ = try chain.take(from: part, of: sealed) } while chain.offset < end
        }
        pass.chain = chain
        pass.isFinished = chain.offset >= sealed.length
        return chain.offset - start
    }
}
