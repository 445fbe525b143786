/// A fingerprint of a set of chunk numbers: tells whether exactly the right files are there.
struct ChunkSet: Equatable {
    var count: UInt64 = 0
    var sum: UInt64 = 0

    mutating func insert(_ number: UInt64) {
        count &+= 1
        sum &+= Self.mix(number)
    }

    mutating func remove(_ number: UInt64) {
        count &-= 1
        sum &-= Self.mix(number)
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    private static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
