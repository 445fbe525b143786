import DeliveryIndex
import EventLog

/// What a log says of the state of all event subscriptions: the newest whole checkpoint, and the settlements since.
struct LogState {
    /// The checkpoint first, then settlements, in the order of the log.
    private(set) var frames: [LogFrame] = []
    /// One past the last event of the log.
    private(set) var tail: UInt64 = 1
    /// Whether a checkpoint, or settlements behind it, could not be read: events may count as not settled that are.
    private(set) var isPartial = false

    /// O(bytes of the newest segment), and of the older ones from `first` on.
    ///
    /// - Parameter first: the id of the segment whose checkpoint is taken at the latest: an index that was copied before newer ones were
    ///   begun does not know what they leave out.
    init(_ log: LogInspection, since first: UInt64 = .max) {
        var since: [LogFrame] = []
        for (position, segment) in log.segments.enumerated().reversed() {
            var scan = segment.scan()
            var checkpoint: [LogFrame] = []
            var isWhole = false
            var isDamaged = false
            var settlements: [LogFrame] = []
            while let item = scan.next() {
                switch item {
                case .frame(let frame) where frame.kind == .checkpoint:
                    checkpoint.append(frame)
                    if frame.endsCheckpoint, !isDamaged { isWhole = true }
                case .frame(let frame) where frame.kind == .settlements: settlements.append(frame)
                case .frame: break
                case .damage(let range) where range.isMended: break
                case .damage(let range):
                    isDamaged = true
                    if range.frame?.kind != .events { isPartial = true }
                }
            }
            if position == log.segments.count - 1 { tail = max(scan.nextSequence, 1) }
            since = settlements + since
            // What was given up between two segments is in the checkpoint of the later one.
            let isEnough = segment.id <= first || position == 0 || log.segments[position - 1].id != segment.id - 1
            if isWhole && isEnough || position == 0 {
                frames = checkpoint + since
                return
            }
            // Without its checkpoint, the one before and all that followed say the same.
            if !isWhole { isPartial = true }
        }
    }

    /// Brings an index to this state.
    func replay(into index: inout SubscriptionIndex) throws(RecoveryFailure) {
        let id = index.identity.subscription
        for frame in frames {
            let payload = frame.payload
            if frame.kind == .checkpoint {
                guard payload.byteCount > 0,
                    try record({ () throws(RecordFault) in try Checkpoint(header: payload).subscription }) == id
                else { continue }
                try index.restore(payload)
            } else {
                let groups = try record { () throws(RecordFault) in try SettlementGroup.groups(in: payload) }
                for group in groups where group.subscription == id { try index.replay(group, in: payload) }
            }
        }
    }

    private func record<Result>(_ body: () throws(RecordFault) -> Result) throws(RecoveryFailure) -> Result {
        do {
            return try body()
        } catch {
            throw .record(error)
        }
    }
}
