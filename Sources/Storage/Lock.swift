#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The lock of the engine: held for nanoseconds, never across a system call.
///
/// A plain pthread mutex. `Synchronization.Mutex` on this toolchain is a priority-inheriting futex that is far slower under
/// contention (swiftlang/swift#88440: 1.2 ms against 403 ms in their test); this type is the one place to change.
@safe
public final class Lock: @unchecked Sendable {
    let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// A lock that nobody holds.
    public init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Waits for the lock. Not recursive.
    public func lock() {
        unsafe pthread_mutex_lock(mutex)
    }

    /// Gives the lock back.
    public func unlock() {
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Runs the body while holding the lock.
    @inlinable
    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock()
        defer { unlock() }
        return try body()
    }
}

/// A value that can be reached only under its lock.
public final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    @usableFromInline
    let mutex = Lock()
    @usableFromInline
    var value: Value

    /// Guards the value.
    public init(_ value: consuming sending Value) {
        self.value = value
    }

    /// Runs the body with the value, while holding the lock.
    @inlinable
    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        mutex.lock()
        defer { mutex.unlock() }
        return try body(&value)
    }
}
