import Foundation
import Synchronization

/// What Ctrl-C and `kill` do while a directory is being made: what is unfinished is removed, then the signal ends the process.
enum Interruption {
    private struct Work {
        let path: String
        let remove: @Sendable () -> Void
    }

    private static let signals = [SIGINT, SIGTERM]
    /// The signal that came; 0 for none.
    private static let caught = Atomic<Int32>(0)
    private static let work = Mutex<Work?>(nil)

    /// From now on a signal waits for ``check()``; a second one ends the process at once.
    ///
    /// - Parameter remove: is called on the thread that checks.
    static func begin(_ path: String, remove: @escaping @Sendable () -> Void) {
        caught.store(0, ordering: .relaxed)
        work.withLock { $0 = Work(path: path, remove: remove) }
        for number in signals {
            signal(number) { number in
                Interruption.caught.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Nothing is unfinished any more.
    static func end() {
        work.withLock { $0 = nil }
        for number in signals { signal(number, SIG_DFL) }
    }

    /// Ends the process if a signal came. Call it where nobody else writes to what is being made.
    static func check() {
        let number = caught.load(ordering: .relaxed)
        guard number != 0, let work = work.withLock({ $0 }) else { return }
        work.remove()
        Output.complain("interrupted: nothing was kept in '\(work.path)'")
        signal(number, SIG_DFL)
        raise(number)
    }
}
