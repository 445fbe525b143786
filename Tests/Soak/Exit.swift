#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The end of the process.
enum Exit {
    static func with(_ status: Int32) {
        fflush(nil)
        exit(status)
    }
}
