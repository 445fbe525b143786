public import Storage

/// A clock that stands still until a test turns it.
public final class ManualClock: TimeSource {
    private struct Hands {
        var boot: UInt64
        var wall: UInt64
        var identity: UInt64
    }

    private let hands: Guarded<Hands>

    /// A machine that booted 1,000 s ago; `wall` is in nanoseconds since 1970.
    public init(wall: UInt64 = 1_750_000_000_000_000_000) {
        hands = Guarded(Hands(boot: 1_000_000_000_000, wall: wall, identity: 1))
    }

    public var bootTime: UInt64 { hands.withLock { $0.boot } }
    public var wallTime: UInt64 { hands.withLock { $0.wall } }
    public var bootIdentity: UInt64 { hands.withLock { $0.identity } }

    /// Lets time pass: both clocks go on.
    public func advance(by duration: Duration) {
        let nanoseconds = UInt64(Self.nanoseconds(duration))
        hands.withLock {
            $0.boot += nanoseconds
            $0.wall += nanoseconds
        }
    }

    /// Sets the wall clock forward or back, as an administrator would; boot time does not notice (R36).
    public func stepWall(by duration: Duration) {
        hands.withLock { $0.wall = UInt64(Int64($0.wall) + Self.nanoseconds(duration)) }
    }

    /// The machine starts again: boot time begins anew, under another identity.
    public func reboot() {
        hands.withLock {
            $0.boot = 1_000_000_000
            $0.identity += 1
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
