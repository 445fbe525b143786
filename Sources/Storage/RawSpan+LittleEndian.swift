extension RawSpan {
    /// The little-endian number at an offset. Traps outside of the span; the caller checks lengths that come from a file.
    @inlinable
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset <= byteCount - MemoryLayout<Value>.size, "load outside of the span")
        return unsafe Value(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type))
    }

    /// A copy of the bytes.
    public func array() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }

    /// Whether another span holds the same bytes. O(bytes).
    public func isEqual(to other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        var offset = 0
        while offset + 8 <= byteCount {
            if load(offset, as: UInt64.self) != other.load(offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < byteCount {
            if load(offset, as: UInt8.self) != other.load(offset, as: UInt8.self) { return false }
            offset += 1
        }
        return true
    }

    /// Whether every byte is zero. O(bytes).
    public var isZero: Bool {
        var offset = 0
        while offset + 8 <= byteCount {
            if load(offset, as: UInt64.self) != 0 { return false }
            offset += 8
        }
        while offset < byteCount {
            if load(offset, as: UInt8.self) != 0 { return false }
            offset += 1
        }
        return true
    }
}
