/// The moment of a recovery: what turns wall times of the log into boot times, and where the log ends.
struct RecoveryState {
    /// The first sequence that is not in the recovered log; nothing at or past it is believed (R22).
    let tail: UInt64
    /// One past what the parts of the checkpoint have covered so far; `nil` before the first.
    var restoredEnd: UInt64?
    private let bootMilliseconds: UInt64
    private let wallMilliseconds: UInt64
    private let longestDelay: UInt64

    init(_ options: IndexOptions) {
        let (bootTime, wallTime) = (options.bootTime, options.wallTime)
        tail = options.tail
        longestDelay = options.settings.longestDelayMilliseconds
        bootMilliseconds = milliseconds(bootTime)
        wallMilliseconds = milliseconds(wallTime)
    }

    /// Boot time in milliseconds, rounded down.
    var now: UInt64 { bootMilliseconds }

    /// The boot time at which a delay until a wall time is over; `nil` if it is over. A clock that was set back meanwhile cannot make
    /// it longer than the longest delay.
    func deadline(until wall: UInt64) -> UInt64? {
        guard wall > wallMilliseconds else { return nil }
        return bootMilliseconds + 1 + min(wall - wallMilliseconds, longestDelay)
    }

    /// The boot time in milliseconds that a slot of a reused index means; `nil` if it has passed (FORMAT.md section 3).
    func deadline(due: UInt32) -> UInt64? {
        let ahead = Int64(Int32(truncatingIfNeeded: due &- UInt32(truncatingIfNeeded: bootMilliseconds)))
        guard ahead > 0, ahead <= Int64(IndexSettings.aheadMillisecondsMax) else { return nil }
        return bootMilliseconds + UInt64(ahead)
    }
}
