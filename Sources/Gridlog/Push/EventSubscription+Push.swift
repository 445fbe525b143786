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
        let pump = makePump(dispatcher, targets)
        replacePump(by: pump)
        // A pause that came meanwhile stopped nobody.
        if pauseReason != nil { return stopPushing() }
        if let pump { dispatcher.run(pump) }
    }

    func stopPushing() { replacePump(by: nil) }

    private func makePump(_ dispatcher: PushDispatcher, _ targets: any PushTargets) -> PushPump? {
        let settings = settings
        guard let push = settings.push, push.validation == .succeeded, pauseReason == nil else { return nil }
        return PushPump(
            self, push, keepsOutcomes: settings.deadLetter != nil,
            target: targets.target(push, subscription: name, topic: context.name), dispatcher: dispatcher)
    }

    private func replacePump(by pump: PushPump?) {
        let before = pumps.withLock { current in
            defer { current = pump }
            return current
        }
        before?.stop()
    }

    /// Delivers nothing more until it is updated; the catalog says so soon. An endpoint that is not the current one any more pauses nobody.
    func pause(_ reason: String, by pump: PushPump) {
        guard self.pump === pump else { return }
        state.withLock { $0.pauseReason = reason }
        stopPushing()
        context.housekeeper.savePause(of: self)
        context.notify(.warning, "event subscription '\(name)': deliveries pause. \(reason)")
    }

    /// Remembers what the endpoint said last of events, for the dead-letter destination; `nil`: it accepted them.
    func note(_ outcome: String?, of sequences: some Sequence<UInt64>) {
        outcomes.withLock { outcomes in
            for sequence in sequences where outcome == nil || outcomes.count < Self.outcomesMax {
                outcomes[sequence] = outcome
            }
        }
    }

    /// Outcomes that are remembered at most.
    private static let outcomesMax = 10_000

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
