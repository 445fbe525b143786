import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// What delivers its events, while that is so.
    var pump: PushPump? { pumps.withLock { $0 } }

    /// Why nothing is delivered until the event subscription is updated; `nil` when that is not so.
    public var pauseReason: String? { state.withLock { $0.pauseReason } }

    /// Begins to push, if the settings say so and nothing stands in the way; whoever pushed before stops.
    func startPushing(_ dispatcher: PushDispatcher, _ targets: any PushTargets) {
        let settings = settings
        stopPushing()
        guard let push = settings.push, push.validation == .succeeded, pauseReason == nil else { return }
        let pump = PushPump(
            self, push, maxDeliveryCount: settings.maxDeliveryCount,
            target: targets.target(push, subscription: name, topic: context.name), dispatcher: dispatcher)
        pumps.withLock { $0 = pump }
        dispatcher.run(pump)
    }

    func stopPushing() {
        let pump = pumps.withLock { pump in
            defer { pump = nil }
            return pump
        }
        pump?.stop()
    }

    /// Delivers nothing more until it is updated; the catalog says so soon.
    func pause(_ reason: String) {
        state.withLock { $0.pauseReason = reason }
        stopPushing()
        context.housekeeper.savePause(of: self)
        context.notify(.warning, "event subscription '\(name)': deliveries pause. \(reason)")
    }

    /// Locks events for the pump.
    func receiveForPush(
        maxEvents: Int, orWait waiter: (any ReceiveWaiter)?
    ) throws(GridlogError) -> ReceivedEvents {
        try receiveAny(maxEvents: maxEvents, orWait: waiter)
    }

    /// Settles events that the pump holds. Nobody is told: what does not reach the log is delivered again when its lock ends.
    func settle(_ operation: SettleOperation, _ tokens: [LockToken]) {
        guard !tokens.isEmpty else { return }
        settle(operation, tokens, completion: NobodyAsks())
    }

    func countPushed(accepted: Int, failed: Int) {
        state.withLock { state in
            state.counters.delivered += accepted
            state.counters.failedAttempts += failed
        }
    }
}

private final class NobodyAsks: SettleCompletion {
    func settleDidFinish(_ outcomes: [SettleOutcome]) {}

    func settleDidFail(_ error: GridlogError) {}
}
