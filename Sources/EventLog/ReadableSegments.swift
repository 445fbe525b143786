/// What readers look sequences up in. Changed by the committer's thread, under the lock of the log.
struct ReadableSegments: Sendable {
    /// Oldest first.
    var sealed: [SealedSegment]
    var active: Segment
    var activeIndex: SparseIndex

    init(_ recovered: RecoveredLog) {
        sealed = recovered.sealed
        active = recovered.active.segment
        activeIndex = recovered.active.index
    }

    var firstSequence: UInt64 {
        sealed.first?.baseSequence ?? active.header.baseSequence
    }

    /// The segment that holds a sequence, and where to begin looking in it. O(log segments + log entries).
    func place(of sequence: UInt64) -> (segment: Segment, offset: Int)? {
        if sequence >= active.header.baseSequence {
            return (active, activeIndex.start(of: sequence))
        }
        var low = 0
        var high = sealed.count
        while low < high {
            let middle = (low + high) / 2
            if sealed[middle].endSequence <= sequence { low = middle + 1 } else { high = middle }
        }
        guard low < sealed.count, sequence >= sealed[low].baseSequence else { return nil }
        return (sealed[low].segment, sealed[low].start(of: sequence))
    }
}
