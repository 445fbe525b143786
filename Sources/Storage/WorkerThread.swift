import CPlatform

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of its own for work that blocks in system calls.
///
/// The thread keeps its body alive until the body returns; ``join()`` waits for that.
@safe
public final class WorkerThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Which threads run first when several want the processor.
    public enum Priority: Sendable {
        /// After all others.
        case background
        case normal
        /// Before the others, if the system allows that: somebody waits for each of its steps, and it takes little time for them.
        case urgent
    }

    private final class Body {
        let name: String
        let priority: Priority
        let run: @Sendable () -> Void

        init(name: String, priority: Priority, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.priority = priority
            self.run = run
        }

        /// On the new thread.
        func begin() {
            unsafe gridlog_set_thread_name(String(name.prefix(15)))
            switch priority {
            case .background: gridlog_lower_thread_priority()
            case .normal: break
            case .urgent: gridlog_raise_thread_priority()
            }
            run()
        }
    }

    /// Starts a thread. `name` is shown by the system's tools; at most 15 bytes are kept.
    public init(
        _ name: String, priority: Priority = .normal, _ run: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        let body = unsafe Unmanaged.passRetained(Body(name: name, priority: priority, run: run))
        #if canImport(Darwin)
        var started: pthread_t?
        #else
        var started = pthread_t()
        #endif
        let result = unsafe pthread_create(&started, nil, Self.start, body.toOpaque())
        guard result == 0 else {
            unsafe body.release()
            throw SystemCalls.error(result, "pthread_create", name)
        }
        #if canImport(Darwin)
        guard let started else { throw SystemCalls.error(EAGAIN, "pthread_create", name) }
        #endif
        thread = started
    }

    #if canImport(Darwin)
    private static let start: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().begin()
        return nil
    }
    #else
    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().begin()
        return nil
    }
    #endif

    /// Waits until the body has returned. Call it once, from another thread.
    public func join() {
        _ = pthread_join(thread, nil)
    }
}
