public import Storage

/// Slots on their way out of a lock, as runs: their bytes go into the log, then ``SubscriptionIndex/finish(_:now:)`` or
/// ``SubscriptionIndex/rollBack(_:now:)`` takes them out of state `settling`.
///
/// A value of one array; it may be sent to the thread that commits.
public struct Settlement: Sendable {
    /// The event subscription.
    public let subscription: UInt32
    /// What is settled, in the order of the answers.
    public private(set) var runs: [SettlementRun] = []
    /// Boot time in milliseconds at which what is released becomes available.
    let due: UInt64
    /// The same in wall time, for the log; 0 for at once.
    private let until: UInt64
    private let operation: SettlementRun.Operation
    /// What becomes of a release at the last delivery (contract, decision 11).
    private let lastOperation: SettlementRun.Operation
    /// The state that its events are in until it is finished.
    let state: SlotState
    /// Boot time in milliseconds at which it began; 0 for drops, whose locks are over.
    private let begun: UInt64

    /// A settlement without events, made by ``SubscriptionIndex/settlement(_:now:)``.
    init(_ answer: SettleOperation, subscription: UInt32, _ settings: IndexSettings, now: UInt64) {
        self.subscription = subscription
        state = .settling
        begun = milliseconds(now)
        lastOperation = settings.operation(endingBy: .deliveryCount)
        switch answer {
        case .acknowledge: (operation, due, until) = (.acknowledged, 0, 0)
        case .reject: (operation, due, until) = (settings.operation(endingBy: .rejected), 0, 0)
        case .release(let delay, let wallTime):
            operation = .released
            let delay = min(delay, settings.longestDelayMilliseconds)
            due = delay == 0 ? 0 : millisecondsRoundedUp(now + delay * 1_000_000)
            until = delay == 0 ? 0 : millisecondsRoundedUp(wallTime) + delay
        }
    }

    /// Runs of one operation that the index itself makes.
    init(_ operation: SettlementRun.Operation, subscription: UInt32, from state: SlotState = .settling) {
        self.subscription = subscription
        self.operation = operation
        lastOperation = operation
        self.state = state
        (due, until, begun) = (0, 0, 0)
    }

    /// Whether a lock of it may run still. A slot holds 32 bits of its lock's end, which mean the future again 24.8
    /// days later.
    func mayHoldLocks(at milliseconds: UInt64) -> Bool {
        milliseconds < begun + IndexSettings.aheadMillisecondsMax
    }

    /// Whether nothing is settled: then there is nothing to log and nothing to finish.
    public var isEmpty: Bool { runs.isEmpty }

    /// How many events it ends for good without an acknowledgement and without a dead-letter copy.
    public var droppedCount: Int {
        guard state == .settling, operation != .acknowledged else { return 0 }
        return runs.reduce(0) { $1.reason == nil ? $0 : $0 + Int($1.count) }
    }

    /// How many events it settles.
    public var count: Int { runs.reduce(0) { $0 + Int($1.count) } }

    /// Adds one event.
    @inline(__always)
    mutating func append(_ sequence: UInt64, deliveryCount: Int, maxDeliveryCount: Int = .max) {
        if operation == .released, deliveryCount >= maxDeliveryCount {
            append(sequence, lastOperation, deliveryCount: deliveryCount, until: 0)
        } else {
            append(sequence, operation, deliveryCount: deliveryCount, until: until)
        }
    }

    /// Adds one event to which something of its own happens.
    mutating func append(_ sequence: UInt64, _ operation: SettlementRun.Operation, deliveryCount: Int) {
        append(sequence, operation, deliveryCount: deliveryCount, until: 0)
    }

    /// Adds one event; extends the last run if it goes on there.
    @inline(__always)
    private mutating func append(
        _ sequence: UInt64, _ operation: SettlementRun.Operation, deliveryCount: Int, until: UInt64
    ) {
        if let last = runs.last, last.end == sequence, last.operation == operation,
            Int(last.deliveryCount) == deliveryCount, last.count < .max
        {
            runs[runs.count - 1].count += 1
        } else {
            runs.append(
                SettlementRun(
                    first: sequence, count: 1, operation: operation, deliveryCount: UInt16(deliveryCount), until: until)
            )
        }
    }

    /// Takes all that was added, and begins anew; `nil` if there is nothing.
    mutating func takeAll() -> Settlement? {
        guard !isEmpty else { return nil }
        defer { self = Settlement(operation, subscription: subscription, from: state) }
        return self
    }

    /// Forgets the runs and keeps their room.
    mutating func removeAll() {
        runs.removeAll(keepingCapacity: true)
    }

    /// Appends its settlement group, 8 + 24 bytes a run; nothing if it is empty.
    public func append(to block: ByteBlock) {
        guard !runs.isEmpty else { return }
        block.reserve(8 + runs.count * SettlementRun.size)
        block.append(UInt64(subscription) | UInt64(runs.count) << 32)
        for run in runs { unsafe block.append(run.words.span.bytes) }
    }
}
