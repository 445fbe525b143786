#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which process this is.
public enum ProcessIdentity {
    /// The number that the system gave it.
    public static var current: Int32 { getpid() }
}
