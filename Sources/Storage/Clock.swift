#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Time, as the engine is given it.
public protocol TimeSource: Sendable {
    /// Nanoseconds since the machine booted, sleep included; never steps. Locks and delays are measured in it (R36).
    var bootTime: UInt64 { get }
    /// Nanoseconds since 1970 UTC; may step. Append times and time to live are measured in it.
    var wallTime: UInt64 { get }
    /// Names this run of the machine: differs after every boot, so that ``bootTime`` of two runs is never compared.
    var bootIdentity: UInt64 { get }
}

/// The clocks of this machine.
public struct SystemClock: TimeSource {
    public let bootIdentity: UInt64

    /// Reads the machine's boot identity once.
    public init() {
        bootIdentity = Self.readBootIdentity()
    }

    public var bootTime: UInt64 {
        #if canImport(Darwin)
        Self.read(CLOCK_MONOTONIC)
        #else
        Self.read(CLOCK_BOOTTIME)
        #endif
    }

    public var wallTime: UInt64 {
        Self.read(CLOCK_REALTIME)
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// A hash of the kernel's boot id; where there is none, the boot's wall time in units of ten minutes.
    private static func readBootIdentity() -> UInt64 {
        guard let file = unsafe fopen("/proc/sys/kernel/random/boot_id", "r") else {
            return (read(CLOCK_REALTIME) - read(CLOCK_MONOTONIC)) / 600_000_000_000
        }
        defer { unsafe fclose(file) }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        while case let byte = unsafe fgetc(file), byte != EOF {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return hash
    }
}
