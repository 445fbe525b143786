/// Sixteen bytes that are compared at once.
///
/// The vectors on both sides are written out: with a scalar operand the standard library falls back to a loop.
struct ByteBlock {
    private typealias Lanes = SIMD16<UInt8>
    private typealias SignedLanes = SIMD16<Int8>

    private let lanes: SIMD16<UInt8>

    @inline(__always)
    init(_ lanes: SIMD16<UInt8>) {
        self.lanes = lanes
    }

    @inline(__always)
    init(littleEndian value: UInt128) {
        lanes = unsafe unsafeBitCast(value.littleEndian, to: SIMD16<UInt8>.self)
    }

    /// The bytes that end a run of plain characters in a JSON string: a quote, a backslash, a control character below
    /// U+0020, or a byte of a character outside ASCII.
    @inline(__always)
    var stringStops: ByteMatches {
        let quote = lanes .== Lanes(repeating: ASCII.quote)
        let backslash = lanes .== Lanes(repeating: ASCII.backslash)
        return ByteMatches(quote .| backslash .| belowSpaceOrHigh)
    }

    /// As `stringStops`, and U+007F.
    @inline(__always)
    var attributeStops: ByteMatches {
        let quote = lanes .== Lanes(repeating: ASCII.quote)
        let backslash = lanes .== Lanes(repeating: ASCII.backslash)
        let delete = lanes .== Lanes(repeating: ASCII.delete)
        return ByteMatches(quote .| backslash .| delete .| belowSpaceOrHigh)
    }

    /// The bytes outside the base64 alphabet (RFC 4648 section 4); `=` is outside.
    @inline(__always)
    var base64Stops: ByteMatches {
        let letter = Self.isWithin(lanes | Lanes(repeating: 0x20), from: ASCII.a, count: 26)
        let digit = Self.isWithin(lanes, from: ASCII.zero, count: 10)
        let plus = lanes .== Lanes(repeating: ASCII.plus)
        let slash = lanes .== Lanes(repeating: ASCII.slash)
        return ByteMatches(.!(letter .| digit .| plus .| slash))
    }

    /// Bytes below 0x20 and bytes from 0x80 up are both less than 0x20 as signed numbers.
    @inline(__always)
    private var belowSpaceOrHigh: SIMDMask<SIMD16<Int8>> {
        unsafe unsafeBitCast(lanes, to: SIMD16<Int8>.self) .< SignedLanes(repeating: 0x20)
    }

    @inline(__always)
    private static func isWithin(_ lanes: SIMD16<UInt8>, from low: UInt8, count: UInt8) -> SIMDMask<SIMD16<Int8>> {
        (lanes &- Lanes(repeating: low)) .< Lanes(repeating: count)
    }
}
