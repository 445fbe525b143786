/// Which of sixteen bytes were found.
struct ByteMatches {
    private let bytes: SIMD2<UInt64>

    @inline(__always)
    init(_ mask: SIMDMask<SIMD16<Int8>>) {
        bytes = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    }

    /// Ask this before `first`: as a branch it lets a loop run ahead, while adding `first` each time makes every step
    /// wait for the one before (measured on 1 KiB events whose data is one text: 3.2 against 1.9 GB/s).
    @inline(__always)
    var isEmpty: Bool { bytes.x | bytes.y == 0 }

    /// The place of the first byte that was found, 0 to 15; 16 if none was.
    @inline(__always)
    var first: Int {
        let low = UInt64(littleEndian: bytes.x)
        let high = UInt64(littleEndian: bytes.y)
        return (low != 0 ? low.trailingZeroBitCount : 64 &+ high.trailingZeroBitCount) >> 3
    }
}
