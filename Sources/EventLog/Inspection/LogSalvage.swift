package import Storage

/// Writes what can be read of a log into a new one, and says what is lost.
package struct LogSalvage {
    private let log: LogInspection
    private var rewriter: LogRewriter
    /// The newest whole checkpoint and the settlements since: what another segment must begin with where its own is damaged, or where one
    /// becomes two. Replaying a settlement twice changes nothing.
    private var state: [LogFrame] = []
    private var checkpoint: [LogFrame] = []
    /// What was damaged, in the order of the log.
    package private(set) var damages: [DamagedRange] = []
    /// Sequences that are in neither: the events of damaged frames.
    package private(set) var lost: [Range<UInt64>] = []
    /// How many events were written.
    package private(set) var eventCount = 0

    /// - Parameters:
    ///   - directory: of the new log; must be there, and empty.
    package init(
        _ log: LogInspection, identity: LogIdentity, to directory: String, _ fileSystem: any FileSystem,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.log = log
        rewriter = LogRewriter(directory, identity: identity, fileSystem, random: random)
    }

    /// Writes everything. O(bytes).
    ///
    /// - Parameters:
    ///   - pause: waits a moment for a server that may be writing.
    ///   - progress: is told how many bytes were read.
    package mutating func run(pause: @escaping () -> Void, progress: (Int) -> Void) throws(StorageError) {
        for (position, segment) in log.segments.enumerated() {
            var scan = SegmentScan(segment, pause: pause)
            var hasBegun = false
            var hasCheckpoint = false
            checkpoint = []
            var isCheckpointWhole = true
            while let item = scan.next() {
                switch item {
                case .damage(let damage):
                    damages.append(damage)
                    isCheckpointWhole = false
                    progress(damage.length)
                case .frame(let frame):
                    progress(frame.frameLength)
                    if frame.kind == .checkpoint {
                        checkpoint.append(frame)
                        guard frame.endsCheckpoint, isCheckpointWhole else { continue }
                        state = checkpoint
                        hasCheckpoint = true
                        continue
                    }
                    if !hasBegun {
                        try begin(segment, at: max(segment.baseSequence, 1))
                        hasBegun = true
                    }
                    try take(frame, segment)
                }
            }
            // A segment without events or settlements may hold the only whole checkpoint.
            if !hasBegun, hasCheckpoint { try begin(segment, at: max(segment.baseSequence, 1)) }
            try noteEnd(of: segment, at: position, after: scan)
        }
        try rewriter.finish()
    }

    /// What a segment had by the manifest, or by the one that follows it, and the walk did not come to.
    private mutating func noteEnd(
        of segment: InspectedSegment, at position: Int, after scan: SegmentScan
    ) throws(StorageError) {
        let following = log.segments.dropFirst(position + 1).first { $0.id == segment.id + 1 }?.baseSequence
        let end = segment.recordedEndSequence ?? following ?? scan.nextSequence
        let next = max(segment.baseSequence, rewriter.nextSequence ?? 0)
        guard next < end else { return }
        lost.append(next..<end)
        // The numbers of lost events at the very end must not be given to others either.
        if position == log.segments.count - 1, rewriter.nextSequence != nil { try begin(segment, at: end) }
    }

    private mutating func begin(_ segment: InspectedSegment, at sequence: UInt64) throws(StorageError) {
        let next = max(sequence, rewriter.nextSequence ?? 0)
        let stateBytes = state.reduce(0) { $0 + $1.frameLength }
        try rewriter.beginSegment(id: segment.id, at: next, bytes: max(segment.rawLength, 0) + stateBytes)
        for frame in state { try rewriter.append(frame) }
    }

    private mutating func take(_ frame: LogFrame, _ segment: InspectedSegment) throws(StorageError) {
        // Also before what are no events: the numbers of lost ones must never be given to others, which settlements would be about.
        let next = rewriter.nextSequence ?? frame.firstSequence
        if frame.firstSequence > next {
            lost.append(next..<frame.firstSequence)
            try begin(segment, at: frame.firstSequence)
        }
        if frame.kind == .events, frame.firstSequence < next {
            damages.append(
                DamagedRange(
                    error: .damage(
                        "events that are there already stand here again", in: frame.segment, offset: frame.offset,
                        sequences: frame.firstSequence...max(frame.firstSequence, frame.endSequence &- 1)),
                    offset: frame.offset, length: frame.frameLength, frame: frame))
            return
        }
        switch frame.kind {
        case .seal, .filler, .checkpoint: return
        case .settlements: state.append(frame)
        case .events: eventCount += frame.recordCount
        case nil: break
        }
        try rewriter.append(frame)
    }
}
