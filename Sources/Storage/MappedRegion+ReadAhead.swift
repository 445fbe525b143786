#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension MappedRegion {
    /// Tells the system whether reads will jump about. While they do, it reads single pages of the disk and not megabytes ahead,
    /// which is what a look at both ends of a thousand files would cost else.
    public func expectJumps(_ areExpected: Bool) {
        unsafe madvise(base, length, areExpected ? MADV_RANDOM : MADV_NORMAL)
    }
}
