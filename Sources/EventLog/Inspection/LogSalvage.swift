package import Storage

/// Writes what can be read of a log into a new one, and says what is lost.
package struct LogSalvage {
    private let log: LogInspection
    private var rewriter: LogRewriter
    /// The newest whole checkpoint and the settlements since: what another segment must begin with where its own is damaged, or where the
    /// newest becomes two. Replaying a settlement twice changes nothing.
    private var state: [LogFrame] = []
    private var checkpoint: [LogFrame] = []
    /// Whether the segment that is being written begins with the state.
    private var knowsState = true
    /// What was damaged, in the order of the log.
    package private(set) var damages: [DamagedRange] = []
    /// Sequences that are in neither: the events of damaged frames.
    package private(set) var lost: [Range<UInt64>] = []
    /// The first of the events that are gone at the end of the log, when nobody can say how many there were.
    package private(set) var lostFrom: UInt64?
    /// What stood behind the last frame of the log, and is not in the new one.
    package private(set) var torn: DamagedRange?
    /// How many events were written.
    package private(set) var eventCount = 0

    private let numbersMin: UInt64
    private let fault: (LogFrame) -> LogError?

    /// More events fit no segment of the usual 64 MiB: so far ahead the new log goes on where the end of the old one is lost.
    private static let eventsMax: UInt64 = 1 << 20

    /// - Parameters:
    ///   - directory: of the new log; must be there, and empty.
    ///   - numbersMin: one past the greatest sequence that somebody is known to have seen.
    ///   - fault: why the payload of a whole frame makes no sense: then it is left out.
    package init(
        _ log: LogInspection, identity: LogIdentity, to directory: String, _ fileSystem: any FileSystem,
        numbersMin: UInt64 = 0, random: @escaping @Sendable () -> UInt64,
        fault: @escaping (LogFrame) -> LogError? = { _ in nil }
    ) {
        self.log = log
        self.numbersMin = numbersMin
        self.fault = fault
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
                    if !damage.isMended { isCheckpointWhole = false }
                    progress(damage.length)
                case .frame(let frame):
                    progress(frame.frameLength)
                    if let fault = fault(frame) {
                        damages.append(DamagedRange(fault, of: frame))
                        isCheckpointWhole = false
                        continue
                    }
                    if frame.kind == .checkpoint {
                        checkpoint.append(frame)
                        guard frame.endsCheckpoint, isCheckpointWhole else { continue }
                        state = checkpoint
                        hasCheckpoint = true
                        continue
                    }
                    if !hasBegun {
                        try begin(segment, at: max(segment.baseSequence, 1), bytes: segment.rawLength)
                        hasBegun = true
                    }
                    try take(frame, segment)
                }
            }
            // A segment without events or settlements may hold the only whole checkpoint.
            if !hasBegun, hasCheckpoint { try begin(segment, at: max(segment.baseSequence, 1), bytes: 0) }
            try noteEnd(of: segment, after: scan, followedBy: log.segments.dropFirst(position + 1).first)
        }
        // Where the newest segment cannot be read, another one is the newest.
        if !knowsState, let last = log.newest, let next = rewriter.nextSequence { try begin(last, at: next, bytes: 0) }
        try rewriter.finish()
    }

    private func isNewest(_ segment: InspectedSegment) -> Bool { segment.id == log.newest?.id }

    /// What a segment had by the manifest, or by the one that follows it, and the walk did not come to.
    private mutating func noteEnd(
        of segment: InspectedSegment, after scan: SegmentScan, followedBy follower: InspectedSegment?
    ) throws(StorageError) {
        let following = follower?.id == segment.id &+ 1 ? follower?.baseSequence : nil
        let end = segment.recordedEndSequence ?? following ?? scan.nextSequence
        let next = max(segment.baseSequence, rewriter.nextSequence ?? 0, 1)
        let isNewest = isNewest(segment)
        if isNewest { torn = scan.torn }
        // The numbers of lost events at the very end must not be given to others either.
        if isNewest, scan.end == .unreadable {
            lostFrom = next
            try begin(segment, at: max(end, numbersMin, next) + Self.eventsMax, bytes: 0)
        } else if next < end {
            lost.append(next..<end)
            if isNewest, rewriter.nextSequence != nil { try begin(segment, at: end, bytes: 0) }
        }
    }

    /// - Parameters:
    ///   - bytes: how much the frames take that are still to come.
    ///   - knowsState: whether it begins with what is known of the state: the newest segment must.
    private mutating func begin(
        _ segment: InspectedSegment, at sequence: UInt64, bytes: Int, knowsState: Bool = true
    ) throws(StorageError) {
        let next = max(sequence, rewriter.nextSequence ?? 0)
        let state = knowsState ? self.state : []
        self.knowsState = knowsState
        let stateBytes = state.reduce(0) { $0 + $1.frameLength }
        try rewriter.beginSegment(id: segment.id, at: next, bytes: max(bytes, 0) + stateBytes)
        for frame in state { try rewriter.append(frame) }
    }

    private mutating func take(_ frame: LogFrame, _ segment: InspectedSegment) throws(StorageError) {
        // Also before what are no events: the numbers of lost ones must never be given to others, which settlements would be about.
        let next = rewriter.nextSequence ?? frame.firstSequence
        if frame.firstSequence > next {
            lost.append(next..<frame.firstSequence)
            try begin(
                segment, at: frame.firstSequence, bytes: segment.rawLength - frame.offsetInSegment,
                knowsState: isNewest(segment))
        }
        if frame.kind == .events, frame.firstSequence < next {
            damages.append(
                DamagedRange(
                    .damage(
                        "events that are there already stand here again", in: frame.segment, offset: frame.offset,
                        sequences: frame.firstSequence...max(frame.firstSequence, frame.endSequence &- 1)), of: frame))
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
