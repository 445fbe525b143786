#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Says which seed it was when the engine traps: a trap ends the process before anybody can report.
enum CrashNote {
    nonisolated(unsafe) private static var current: UInt64 = 0
    private static let install: Void = {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT] {
            signal(number) { number in
                CrashNote.write()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }()

    /// The seed that runs now.
    static var seed: UInt64 {
        get { current }
        set {
            _ = install
            current = newValue
        }
    }

    private static func write() {
        let text = "The simulation ended the process. To see it again: Tools/soak --seed \(current)\n"
        for byte in text.utf8 { putchar(Int32(byte)) }
        fflush(nil)
    }
}
