/// What readers look sequences up in. Changed by the committer's thread, under the lock of the log.
struct ReadableSegments: Sendable {
    /// Oldest first.
    var sealed: [SealedSegment] {
        didSet { findGaps() }
    }
    private(set) var active: Segment
    var activeIndex: SparseIndex
    /// Sequences that were given up though older ones are still there, ascending.
    private(set) var gaps: [Range<UInt64>] = []
    /// Segments that are to go: they can still be read, but nobody begins with them.
    private var leaving: Set<UInt64> = []

    init(_ recovered: RecoveredLog) {
        sealed = recovered.sealed
        active = recovered.active.segment
        activeIndex = recovered.active.index
        findGaps()
    }

    var firstSequence: UInt64 {
        sealed.first { stays($0) }?.baseSequence ?? active.header.baseSequence
    }

    private func stays(_ segment: SealedSegment) -> Bool {
        !segment.holdsNoEvents && !leaving.contains(segment.segment.header.id)
    }

    /// Sealed segments will be given up.
    ///
    /// - Returns: those of them that are there.
    mutating func leave(_ ids: Set<UInt64>) -> Set<UInt64> {
        let present = sealed.lazy.map(\.segment.header.id)
        leaving = leaving.union(ids).intersection(present)
        findGaps()
        return leaving.intersection(ids)
    }

    /// The active segment was sealed, and another one begun.
    mutating func roll(_ old: SealedSegment, active: Segment, index: SparseIndex) {
        self.active = active
        activeIndex = index
        sealed.append(old)
    }

    /// The sealed segments among these ids, and the others.
    func divided(by ids: Set<UInt64>) -> (dropped: [SealedSegment], kept: [SealedSegment]) {
        (
            sealed.filter { ids.contains($0.segment.header.id) },
            sealed.filter { !ids.contains($0.segment.header.id) }
        )
    }

    /// The segment that holds a sequence, and where to begin looking in it. O(log segments + log entries).
    func place(of sequence: UInt64) -> (segment: Segment, offset: Int)? {
        if sequence >= active.header.baseSequence {
            return (active, activeIndex.start(of: sequence))
        }
        let position = firstSealed { $0.endSequence > sequence }
        guard position < sealed.count, sequence >= sealed[position].baseSequence else { return nil }
        return (sealed[position].segment, sealed[position].start(of: sequence))
    }

    /// The first sealed segment that may hold a frame appended at a time or later, and the first sequence after it.
    /// O(log segments).
    func sealed(appendedAtOrAfter time: UInt64) -> (segment: SealedSegment, next: UInt64)? {
        let position = firstSealed { $0.lastTime >= time }
        guard position < sealed.count else { return nil }
        let next = sealed[(position + 1)...].first { !$0.holdsNoEvents }?.baseSequence
        return (sealed[position], next ?? active.header.baseSequence)
    }

    /// The first gap that ends after a sequence. O(log gaps).
    func gap(atOrAfter sequence: UInt64) -> Range<UInt64>? {
        let position = Self.first(of: gaps.count) { gaps[$0].upperBound > sequence }
        return position < gaps.count ? gaps[position] : nil
    }

    private mutating func findGaps() {
        gaps.removeAll()
        var end: UInt64?
        for segment in sealed where stays(segment) {
            if let end, end < segment.baseSequence { gaps.append(end..<segment.baseSequence) }
            end = segment.endSequence
        }
        if let end, end < active.header.baseSequence { gaps.append(end..<active.header.baseSequence) }
    }

    /// The position of the first sealed segment of which something is true that stays true.
    private func firstSealed(where isTrue: (SealedSegment) -> Bool) -> Int {
        Self.first(of: sealed.count) { isTrue(sealed[$0]) }
    }

    private static func first(of count: Int, where isTrue: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isTrue(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
