import Storage

/// Takes an input apart, from the front. What is not there reads as zeros.
struct FuzzInput {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A little-endian number.
    mutating func number<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type) -> Value {
        var value: Value = 0
        for place in 0..<MemoryLayout<Value>.size { value |= Value(byte()) << Value(8 * place) }
        return value
    }

    /// Up to `count` bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return taken
    }

    /// Bytes with their length before them, as ``FuzzSeed`` writes them.
    mutating func piece() -> [UInt8] { bytes(Int(number(UInt16.self))) }
}

/// Puts an input together.
struct FuzzSeed {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func number(_ value: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func raw(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    mutating func piece(_ piece: [UInt8]) {
        number(UInt16(piece.count))
        raw(piece)
    }
}

extension [UInt8] {
    /// The array with a checksum of a part of it stored at a place, if there is room.
    mutating func repairChecksum(of range: Range<Int>, at place: Int) {
        guard range.upperBound <= count, place + 4 <= count else { return }
        let checksum = CRC32C.checksum(span.bytes.extracting(range))
        for offset in 0..<4 { self[place + offset] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * offset)) }
    }
}
