#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file's bytes at an address that stays the same while the file grows, so that mappings of it stay valid.
///
/// Address space for the longest file is set aside at once; the machine gives memory for what is touched only.
final class SimulatedMemory: @unchecked Sendable {
    /// No simulated file grows longer.
    static let lengthMax = 128 << 20

    let base: UnsafeMutableRawPointer

    /// All zeros.
    init() {
        let address = mmap(
            nil, Self.lengthMax, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let address, address != MAP_FAILED else {
            fatalError("no address space for another simulated file")
        }
        base = address
    }

    deinit {
        munmap(base, Self.lengthMax)
    }

    func copy(_ range: Range<Int>, from other: SimulatedMemory) {
        memcpy(base + range.lowerBound, other.base + range.lowerBound, range.count)
    }

    func zero(_ range: Range<Int>) {
        memset(base + range.lowerBound, 0, range.count)
    }

    func isEqual(_ other: SimulatedMemory, _ range: Range<Int>) -> Bool {
        memcmp(base + range.lowerBound, other.base + range.lowerBound, range.count) == 0
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard let start = bytes.baseAddress else { return }
        memcpy(base + offset, start, bytes.count)
    }
}
