import DeliveryIndex
import EventLog
import Storage

extension TopicContext {
    /// Brings every subscription to the state that the log says: its checkpoint first, then the settlements in order.
    func replay() throws(GridlogError) {
        let all = subscriptions
        var failure: RecoveryFailure?
        log.replay { frame in
            do throws(RecoveryFailure) {
                try Self.apply(frame, to: all)
            } catch {
                failure = failure ?? error
            }
        }
        switch failure {
        case .storage(let error): throw GridlogError(error)
        case .record(let fault):
            throw GridlogError(
                .incompatibleVersion, "The log of topic '\(name)' holds a record that cannot be read: \(fault)")
        case nil: break
        }
        for subscription in all.values { subscription.finishRecovery() }
    }

    private static func apply(
        _ frame: ReplayedFrame, to subscriptions: [UInt32: EventSubscription]
    ) throws(RecoveryFailure) {
        switch frame.kind {
        case .checkpoint:
            // The checkpoint of a log without subscriptions is one empty frame.
            guard frame.payload.byteCount > 0 else { return }
            let subscription = try record { () throws(RecordFault) in
                try Checkpoint(header: frame.payload).subscription
            }
            try subscriptions[subscription]?.restore(frame.payload)
        case .settlements:
            let groups = try record { () throws(RecordFault) in try SettlementGroup.groups(in: frame.payload) }
            for group in groups { try subscriptions[group.subscription]?.replay(group, in: frame.payload) }
        }
    }

    private static func record<Result>(
        _ body: () throws(RecordFault) -> Result
    ) throws(RecoveryFailure) -> Result {
        do {
            return try body()
        } catch {
            throw .record(error)
        }
    }
}
