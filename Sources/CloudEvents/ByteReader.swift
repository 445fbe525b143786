/// The only file of this module that reads memory without a bounds check by the language.
///
/// Every load is checked here instead, and what lies past the end reads as zeros. A zero byte is neither a character of
/// a JSON token nor allowed in a string, so a scanner stops at the end without asking where the end is, and a wrong
/// offset cannot read outside the span.
@safe
struct ByteReader: ~Escapable {
    private let span: RawSpan
    /// One more than the last offset that a block of sixteen bytes can be loaded from; 0 if there is none.
    private let blockEnd: UInt

    @inline(__always)
    @_lifetime(copy span)
    init(_ span: RawSpan) {
        self.span = span
        blockEnd = UInt(bitPattern: max(0, span.byteCount - 15))
    }

    @_lifetime(copy span)
    init(_ span: Span<UInt8>) {
        self.init(unsafe span.bytes)
    }

    @inline(__always)
    var count: Int { span.byteCount }

    /// The byte at `offset`; zero outside the span.
    @inline(__always)
    subscript(offset: Int) -> UInt8 {
        guard UInt(bitPattern: offset) < UInt(bitPattern: span.byteCount) else { return 0 }
        return unsafe span.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes from `offset`, the first one lowest.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        guard UInt(bitPattern: offset) < blockEnd else {
            return UInt64(truncatingIfNeeded: tail(at: offset))
        }
        return UInt64(
            littleEndian: unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Sixteen bytes from `offset`.
    @inline(__always)
    func block(at offset: Int) -> ByteBlock {
        guard UInt(bitPattern: offset) < blockEnd else {
            return ByteBlock(littleEndian: tail(at: offset))
        }
        return ByteBlock(unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self))
    }

    /// The last bytes, fewer than sixteen, as the low bytes of a number.
    @inline(never)
    private func tail(at offset: Int) -> UInt128 {
        let count = span.byteCount
        guard offset >= 0, offset < count else { return 0 }
        if count >= 16, offset > count - 16 {
            let last = unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: count - 16, as: UInt128.self)
            return UInt128(littleEndian: last) >> UInt128(8 * (offset - (count - 16)))
        }
        var result: UInt128 = 0
        var index = min(count, offset + 16)
        while index > offset {
            index -= 1
            result = result << 8 | UInt128(unsafe span.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
        }
        return result
    }

    /// The bytes of a range that lies inside the span; the part outside is left away.
    @_lifetime(copy self)
    func bytes(_ range: Range<Int>) -> RawSpan {
        span.extracting(range.clamped(to: 0..<span.byteCount))
    }

    /// Appends a range; the part outside the span is left away.
    func append(_ range: Range<Int>, to output: inout [UInt8]) {
        let part = bytes(range)
        unsafe part.withUnsafeBytes { unsafe output.append(contentsOf: $0) }
    }

    /// A range as text, with U+FFFD for what is not UTF-8.
    func string(_ range: Range<Int>) -> String {
        let part = bytes(range)
        return unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
