public import Storage

/// Who holds which event of a topic, until when: the state of one event subscription.
///
/// A synchronous state machine over sequences. It knows no log and no events, reads no clock and takes no lock: the broker calls it
/// under one lock for each subscription, hands in the time, writes the bytes it hands out into the log, and tells it when they
/// are durable. Calls cost time in proportion to what they are asked for, not to the backlog or to what is locked (R34).
///
/// No call makes a system call but ``open(_:)``, recovery, and what makes or frees a chunk: once for each 4,096
/// sequences, in steady traffic one `rename` each.
///
/// It is a value that cannot be copied, so that whoever holds it in a class pays for the check of exclusive access once a call and
/// not once a field (measured: a third of the time of a receive and acknowledge).
///
/// Invariant 3: every sequence is, at every moment, exactly one of: at or past the cursor and untouched, available and in the
/// queue once, locked or delayed with a ring entry of its due time, settling, pending for its dead-letter copy, or settled.
public struct SubscriptionIndex: ~Copyable {
    /// What the index belongs to.
    public let identity: IndexIdentity
    /// Where its state came from.
    public let origin: IndexOrigin
    /// Lock duration and delivery count; a change applies from now on (contract, decision 17).
    public var settings: IndexSettings

    var window: SlotWindow
    var rings = DeadlineRings()
    var again = AvailableQueue()
    /// Events to be copied to the dead-letter destination, for ``takePending(limit:)``.
    var pending = AvailableQueue()
    var counts = StateCounts()
    /// Events whose last delivery ended, in state `settling`, for ``takeDrops()``.
    var drops: Settlement
    /// Events that waited longer than their time to live, in state `settling`, for ``takeLapses()``.
    var lapses: Settlement
    /// Events below are past their time to live: they are not handed out. To be set before each receive, and each lapse.
    public var lapsedBelow: UInt64 = 0
    /// The latest boot time handed in, in nanoseconds: calls that overtook one another must not see time go back.
    var latest: UInt64
    /// Receives so far; every fifth takes new events first.
    var requests: UInt64 = 0
    /// Deliveries of the receive under way, as runs; kept for its room.
    var delivered: Settlement
    /// What recovery needs until ``finishRecovery()``.
    var recovery: RecoveryState?
    /// Past the last slot beyond the cursor that a recovery found not untouched.
    var recoveredEnd: UInt64 = 0

    init(_ options: IndexOptions, origin: IndexOrigin, window: SlotWindow) {
        identity = options.identity
        self.origin = origin
        settings = options.settings
        self.window = window
        latest = options.bootTime
        drops = Settlement(.rejected, subscription: options.identity.subscription)
        lapses = Settlement(.expired, subscription: options.identity.subscription)
        delivered = Settlement(.delivered, subscription: options.identity.subscription)
        recovery = RecoveryState(options)
    }

    /// The first sequence that is not settled.
    public var floor: UInt64 { window.floor }
    /// The first sequence not looked at yet.
    public var cursor: UInt64 { window.cursor }
    /// Part of this index's tokens.
    public var epoch: UInt32 { window.files.header.epoch }
    /// Events to be received again at once, beside those from the cursor on. O(1).
    public var availableCount: Int { counts[.available] }
    /// Events held by receivers. O(1).
    public var lockedCount: Int { counts[.locked] }
    /// Events released with a delay that still runs. O(1).
    public var delayedCount: Int { counts[.delayed] }
    /// Events whose settlement is on its way to the log. O(1).
    public var settlingCount: Int { counts[.settling] }

    /// The state of a sequence, as far as the index knows it. O(1).
    public func state(of sequence: UInt64) -> SlotState {
        guard sequence >= window.floor else { return .settled }
        switch window.entry(at: sequence) {
        case .untouched: return .untouched
        case .settled: return .settled
        case .live(let chunk): return chunk[SlotChunk.index(of: sequence)].state
        }
    }

    /// How a settled sequence came to be so; `nil` where the index does not know any more. O(1).
    package func settleReason(of sequence: UInt64) -> SettleReason? {
        guard sequence >= window.floor, let slot = window.slot(at: sequence), slot.state == .settled else { return nil }
        return slot.reason
    }

    /// How many times an event in the window was handed out; 0 where the index does not know any more. O(1).
    public func deliveryCount(of sequence: UInt64) -> Int {
        window.slot(at: sequence)?.deliveryCount ?? 0
    }

    /// Whether ``wantedSpare()`` has something to be made. O(1).
    public var lacksSpare: Bool { window.files.lacksSpare }

    /// The chunk file to be made ahead, so that a receive needs one `rename` at most, on a full disk too; `nil` when one is at hand.
    /// O(1).
    public mutating func wantedSpare() -> SpareChunk? {
        window.files.wantedSpare()
    }

    /// Keeps a chunk file that was made ahead. O(1).
    public mutating func adopt(_ spare: SpareChunk, _ region: MappedRegion) {
        window.files.adopt(spare, region)
    }

    /// The token of a delivery that a receive just made.
    public func token(of delivery: Delivery, lockedAt: UInt32) -> LockToken {
        LockToken(
            sequence: delivery.sequence, subscription: identity.subscription, epoch: epoch,
            incarnation: identity.incarnation, lockedAt: lockedAt, generation: delivery.generation)
    }

    /// Changes a slot and what is counted of it.
    @inline(__always)
    mutating func move(_ chunk: SlotChunk, _ index: Int, to slot: Slot, by transition: Transition) {
        let old = chunk[index].state
        chunk.move(index, to: slot, by: transition)
        counts.move(from: old, to: slot.state)
    }

    /// The time to act at, in nanoseconds: never before one handed in earlier.
    @inline(__always)
    mutating func advance(_ now: UInt64) -> UInt64 {
        if now > latest { latest = now }
        return latest
    }

    /// Puts a run on a ring.
    mutating func remind(_ first: UInt64, _ count: UInt32, at deadline: UInt64) {
        let window = window
        rings.append(deadline: deadline, first: first, count: count) { window.isAlive($0, $1) }
    }
}

/// Boot time in whole milliseconds, rounded up so that nothing ends early.
@inline(__always)
func millisecondsRoundedUp(_ nanoseconds: UInt64) -> UInt64 {
    (nanoseconds + 999_999) / 1_000_000
}

/// Boot time in whole milliseconds that have passed.
@inline(__always)
func milliseconds(_ nanoseconds: UInt64) -> UInt64 {
    nanoseconds / 1_000_000
}
