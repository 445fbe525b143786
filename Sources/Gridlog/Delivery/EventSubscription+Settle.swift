import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// Acknowledges, rejects or releases the events of lock tokens.
    ///
    /// O(tokens). The completion is called when what succeeded is as durable as the topic promises; at once when nothing did.
    /// An event whose lock has expired, or that was settled before, is not touched (``SettleOutcome/tokenLost``).
    public func settle(_ action: SettleAction, _ tokens: LockTokens, completion: any SettleCompletion) {
        settle(operation(action), tokens.tokens, completion: completion)
    }

    func settle(_ operation: SettleOperation, _ tokens: [LockToken?], completion: any SettleCompletion) {
        if let damage = context.damage { return completion.settleDidFail(damage) }
        guard let begun = begin(operation, tokens) else { return completion.settleDidFail(retired) }
        if let drops = begun.drops { log(drops) }
        if begun.mustWake { wakeOne() }
        guard !begun.settlement.isEmpty else { return completion.settleDidFinish(begun.outcomes) }
        log(begun.settlement) { error in
            if let error { completion.settleDidFail(error) } else { completion.settleDidFinish(begun.outcomes) }
        }
    }

    private struct Begun {
        var settlement: DeliveryIndex.Settlement
        var outcomes: [SettleOutcome] = []
        var drops: DeliveryIndex.Settlement?
        var mustWake = false
    }

    /// Takes the events out of their locks; `nil` when the subscription is not there any more.
    private func begin(_ operation: SettleOperation, _ tokens: [LockToken?]) -> Begun? {
        let now = context.clock.bootTime
        return state.withLock { state in
            guard !state.isRetired else { return nil }
            _ = state.index.expire(now: now)
            var begun = Begun(settlement: state.index.settlement(operation, now: now))
            begun.outcomes.reserveCapacity(tokens.count)
            for token in tokens {
                guard let token else {
                    begun.outcomes.append(.badToken)
                    continue
                }
                let outcome = state.index.beginSettling(token, into: &begun.settlement, now: now)
                begun.outcomes.append(SettleOutcome(outcome))
            }
            begun.drops = state.index.takeDrops()
            begun.mustWake = hasWorkForWaiter(state)
            return begun
        }
    }

    /// Extends the locks of the tokens to one lock duration from now; the tokens stay the same. O(tokens).
    ///
    /// Only while a lock runs, and within an hour of the receive that it began with (contract, decision 10).
    public func renewLocks(_ tokens: LockTokens) throws(GridlogError) -> [SettleOutcome] {
        try context.checkDamage()
        let now = context.clock.bootTime
        let (outcomes, drops, mustWake) = try state.withLock { state throws(GridlogError) in
            guard !state.isRetired else { throw retired }
            _ = state.index.expire(now: now)
            var outcomes: [SettleOutcome] = []
            for token in tokens.tokens {
                guard let token else {
                    outcomes.append(.badToken)
                    continue
                }
                outcomes.append(SettleOutcome(state.index.renew(token, now: now)))
            }
            // With a shorter lock duration than before a renewed lock ends earlier than those who wait were told.
            if !state.waiters.isEmpty { arm(&state) }
            return (outcomes, state.index.takeDrops(), hasWorkForWaiter(state))
        }
        if let drops { log(drops) }
        if mustWake { wakeOne() }
        return outcomes
    }

    private func operation(_ action: SettleAction) -> SettleOperation {
        switch action {
        case .acknowledge: .acknowledge
        case .reject: .reject
        case .release(let delay):
            .release(delayMilliseconds: UInt64(delay.rawValue) * 1_000, wallTime: context.clock.wallTime)
        }
    }

    /// Appends a settlement to the log and finishes it, or rolls it back, when the log has answered.
    func log(
        _ settlement: DeliveryIndex.Settlement, then completion: @escaping @Sendable (GridlogError?) -> Void = { _ in }
    ) {
        let frame = FrameBuffer(capacity: 8 + 24 * settlement.runs.count)
        frame.withBlock { settlement.append(to: $0) }
        context.log.appendSettlements(
            frame, ticket: SettleTicket(subscription: self, settlement: settlement, completion: completion))
    }

    fileprivate func finish(_ settlement: DeliveryIndex.Settlement) {
        let (mustWake, mustCopy) = state.withLock { state in
            state.index.finish(settlement, now: context.clock.bootTime)
            state.counters.dropped += settlement.droppedCount
            if !state.waiters.isEmpty { arm(&state) }
            return (hasWorkForWaiter(state), hasDeadLettersDue(state))
        }
        if mustWake { wakeOne() }
        if mustCopy { context.housekeeper.copyDeadLetters(of: self) }
        context.didSettle(settlement)
    }

    fileprivate func rollBack(_ settlement: DeliveryIndex.Settlement) {
        let mustWake = state.withLock { state in
            state.index.rollBack(settlement, now: context.clock.bootTime)
            return hasWorkForWaiter(state)
        }
        if mustWake { wakeOne() }
    }
}

/// Brings what the log says of a settlement back to its subscription.
private final class SettleTicket: AppendTicket {
    private let subscription: EventSubscription
    private let settlement: DeliveryIndex.Settlement
    private let completion: @Sendable (GridlogError?) -> Void

    init(
        subscription: EventSubscription, settlement: DeliveryIndex.Settlement,
        completion: @escaping @Sendable (GridlogError?) -> Void
    ) {
        self.subscription = subscription
        self.settlement = settlement
        self.completion = completion
    }

    func appendDidCommit(firstSequence: UInt64) {
        subscription.finish(settlement)
        completion(nil)
    }

    func appendDidFail(_ error: LogError) {
        subscription.rollBack(settlement)
        completion(GridlogError(error))
    }
}
