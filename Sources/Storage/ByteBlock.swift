#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Owned, growable bytes at an address that does not move while they are written to a file.
///
/// One owner fills a block, then hands it on; it is not changed by two threads at once. That rule, not a lock, is what
/// makes it `Sendable`; it also makes the run-time check for overlapping accesses needless, which took 6 % of a publish.
@safe
public final class ByteBlock: @unchecked Sendable {
    @exclusivity(unchecked)
    @usableFromInline
    var length: Int
    @exclusivity(unchecked)
    @usableFromInline
    var capacity: Int
    @exclusivity(unchecked)
    @usableFromInline
    var base: UnsafeMutableRawPointer

    /// How many bytes it holds.
    @inlinable
    public var count: Int { unsafe length }

    /// An empty block with room for `capacity` bytes.
    public init(capacity: Int) {
        let room = max(capacity, 64)
        unsafe self.base = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
        unsafe self.capacity = room
        unsafe self.length = 0
    }

    /// A block that holds a copy of the bytes.
    public convenience init(copying bytes: RawSpan) {
        self.init(capacity: bytes.byteCount)
        append(bytes)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// The bytes it holds.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
        }
    }

    /// Makes room for `more` bytes beyond ``count``, at least doubling when it must move.
    @inlinable
    public func reserve(_ more: Int) {
        if unsafe count + more > capacity { unsafe grow(by: more) }
    }

    @usableFromInline
    func grow(by more: Int) {
        let room = unsafe max(count + more, capacity * 2)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
        unsafe moved.copyMemory(from: base, byteCount: count)
        unsafe base.deallocate()
        unsafe base = unsafe moved
        unsafe capacity = room
    }

    /// Appends a copy of the bytes. O(bytes), amortised.
    public func append(_ source: RawSpan) {
        unsafe source.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends a copy of the bytes that a buffer names. O(bytes), amortised.
    @unsafe
    public func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        reserve(source.count)
        unsafe (base + count).copyMemory(from: start, byteCount: source.count)
        unsafe length += source.count
    }

    /// Appends a number in little-endian order.
    @inlinable
    public func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        let size = MemoryLayout<Value>.size
        reserve(size)
        unsafe base.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
        unsafe length += size
    }

    /// Appends zero bytes.
    public func appendZeros(_ zeros: Int) {
        reserve(zeros)
        unsafe (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: zeros)
        unsafe length += zeros
    }

    /// Appends zero bytes until ``count`` is a multiple of `alignment`.
    public func pad(to alignment: Int) {
        unsafe appendZeros((alignment - count % alignment) % alignment)
    }

    /// Replaces the number at an offset, in little-endian order.
    @inlinable
    public func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(offset >= 0 && offset <= count - MemoryLayout<Value>.size, "store outside of the block")
        unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }

    /// Forgets the bytes and keeps the room.
    public func removeAll() {
        unsafe length = 0
    }

    /// The same bytes, as the kernel wants them named. Valid while the block lives and is not changed.
    @unsafe
    var vector: iovec {
        unsafe iovec(iov_base: base, iov_len: count)
    }
}
