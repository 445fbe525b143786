import Storage

/// The clocks of this machine.
enum SystemTime {
    private static let clock = SystemClock()

    /// Nanoseconds since 1970.
    static var wall: UInt64 { clock.wallTime }

    /// Nanoseconds since the machine booted.
    static var boot: UInt64 { clock.bootTime }

    /// The point in time since 1970 of a boot time.
    static func wall(atBoot time: UInt64) -> UInt64 {
        let (wall, boot) = (wall, boot)
        return time > boot ? wall + (time - boot) : wall - min(wall, boot - time)
    }
}
