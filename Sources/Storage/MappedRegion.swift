/// Memory that shows a file's bytes, for as long as this object lives.
///
/// Loads and stores check their bounds. Aligned 8-byte stores reach other readers of the file whole.
@safe
public final class MappedRegion: @unchecked Sendable {
    /// What may be done with a mapping.
    public enum Access: Sendable {
        /// Loads only.
        case readOnly
        /// Loads and stores; the kernel writes dirty pages back in any order, at any time (R40).
        case readWrite
    }

    /// The length in bytes.
    public let length: Int
    /// What may be done with it.
    public let access: Access

    @usableFromInline
    let base: UnsafeMutableRawPointer
    /// Keeps alive what the memory belongs to.
    private let owner: AnyObject?
    private let release: @Sendable (UnsafeMutableRawPointer, Int) -> Void

    /// Takes over memory of `length` bytes at `base`; `release` is called with both when the region dies.
    ///
    /// Stores from several threads at once must be kept apart by the caller, as for any memory.
    @unsafe
    public init(
        base: UnsafeMutableRawPointer, length: Int, access: Access, owner: AnyObject?,
        release: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Void
    ) {
        unsafe self.base = unsafe base
        self.length = length
        self.access = access
        self.owner = owner
        unsafe self.release = unsafe release
    }

    deinit {
        unsafe release(base, length)
    }

    /// The mapped bytes.
    @inlinable
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: length), borrowing: self)
        }
    }

    /// The little-endian number at an offset that is a multiple of 8.
    @inlinable
    public func loadUInt64(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= length - 8 && offset & 7 == 0, "load outside of the mapping")
        return unsafe UInt64(littleEndian: base.load(fromByteOffset: offset, as: UInt64.self))
    }

    /// Stores a little-endian number at an offset that is a multiple of 8.
    @inlinable
    public func storeUInt64(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= length - 8 && offset & 7 == 0, "store outside of the mapping")
        precondition(access == .readWrite, "store into a mapping that is read-only")
        unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Copies bytes to an offset.
    public func store(_ source: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset <= length - source.byteCount, "store outside of the mapping")
        precondition(access == .readWrite, "store into a mapping that is read-only")
        unsafe source.withUnsafeBytes {
            unsafe (base + offset).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count)
        }
    }

    /// Sets every byte to zero.
    public func zero() {
        precondition(access == .readWrite, "store into a mapping that is read-only")
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: length)
    }
}
