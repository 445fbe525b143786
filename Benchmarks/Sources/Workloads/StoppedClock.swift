import Storage

/// A clock that is moved by hand, so that every run does the same.
final class StoppedClock: TimeSource {
    private let nanoseconds = Guarded<UInt64>(1_000_000_000)

    var bootTime: UInt64 { nanoseconds.withLock { $0 } }
    var wallTime: UInt64 { 1_767_225_600_000_000_000 + bootTime }
    let bootIdentity: UInt64 = 1

    func advance(milliseconds: UInt64) {
        nanoseconds.withLock { $0 += milliseconds * 1_000_000 }
    }
}
