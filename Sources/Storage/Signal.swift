#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A lock with a condition: one thread sleeps on it, others wake it. Sleeping costs no CPU.
@safe
public final class Signal: @unchecked Sendable {
    private let guardLock = Lock()
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// A signal that nobody waits for.
    public init() {
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
    }

    /// Runs the body while holding the lock.
    public func withLock<Result>(_ body: () -> Result) -> Result {
        guardLock.withLock(body)
    }

    /// Wakes the sleeper. Call it after the change it waits for was made under ``withLock(_:)``.
    public func wake() {
        unsafe pthread_cond_signal(condition)
    }

    /// Sleeps until `ready` is true or the time has passed; `nil` waits for ever. `ready` runs under the lock.
    ///
    /// - Returns: what `ready` said last.
    public func wait(nanoseconds: UInt64?, until ready: () -> Bool) -> Bool {
        guardLock.lock()
        defer { guardLock.unlock() }
        guard let nanoseconds else {
            while !ready() { unsafe pthread_cond_wait(condition, guardLock.mutex) }
            return true
        }
        var deadline = Self.deadline(in: nanoseconds)
        while !ready() {
            if unsafe pthread_cond_timedwait(condition, guardLock.mutex, &deadline) == ETIMEDOUT { return ready() }
        }
        return true
    }

    private static func deadline(in nanoseconds: UInt64) -> timespec {
        var now = timespec()
        #if canImport(Darwin)
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        #else
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        #endif
        let total = UInt64(now.tv_nsec) + nanoseconds % 1_000_000_000
        return timespec(
            tv_sec: now.tv_sec + Int(nanoseconds / 1_000_000_000) + Int(total / 1_000_000_000),
            tv_nsec: Int(total % 1_000_000_000))
    }
}
