import DeliveryIndex
import EventLog
import Gridlog

extension EventHistory {
    /// How the event stands now on an event subscription.
    ///
    /// - Parameter frame: the one that it lies in, if that is still there.
    func standing(_ view: SubscriptionView, _ filter: SubscriptionFilter, _ frame: LogFrame?, _ time: TimeText)
        -> Standing
    {
        var scratch: [UInt8] = []
        let passes = frame.flatMap { filter.matches(sequence, in: $0, &scratch) }
        func standing(_ state: String, _ deliveryCount: Int = 0) -> Standing {
            Standing(subscription: view.entry.name, state: state, deliveryCount: deliveryCount)
        }
        if sequence < view.entry.start { return standing("beforeStart") }
        guard let found = view.standing(of: sequence) else {
            var settled = standing("settled", lastStep(of: view)?.deliveryCount ?? 0)
            settled.settledAs = reason(view, passes)
            if settled.settledAs == "filtered" { settled = standing("refused") }
            return settled
        }
        guard let state = StateName(found.state) else { return standing("settled") }
        guard state == .notReached else {
            var waiting = standing(state.rawValue, found.deliveryCount)
            waiting.until = found.until.map { time(SystemTime.wall(atBoot: $0)) }
            return waiting
        }
        // A server passes over what is not there any more.
        guard frame != nil else { return standing("gone") }
        var waiting = standing(passes == false ? "refused" : state.rawValue)
        waiting.passesFilter = passes
        return waiting
    }

    private func reason(_ view: SubscriptionView, _ passes: Bool?) -> String? {
        switch view.settleReason(of: sequence) {
        case .acknowledged: "acknowledged"
        case .rejected: "rejected"
        case .expired: "expired"
        case .filtered: "filtered"
        // Below the floor, and in a chunk that was freed, the index keeps no reason.
        case nil: lastStep(of: view)?.operation ?? (passes == false ? "filtered" : nil)
        }
    }

    /// What the log said last of the event on an event subscription. Deliveries may stand behind the settlements that ended them.
    private func lastStep(of view: SubscriptionView) -> Step? {
        steps.last { $0.subscription == view.entry.name && $0.operation != "delivered" }
    }
}
