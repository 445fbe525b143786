/// Base64 with the URL alphabet (RFC 4648 section 5), eight characters at once in one word, without tables.
enum Base64URL {
    /// One in each byte.
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// 1 in each byte that is at least `bound`; all bytes must be below 128, `bound` between 1 and 128.
    @inline(__always)
    private static func atLeast(_ bound: UInt64, _ bytes: UInt64) -> UInt64 {
        (bytes &+ (128 &- bound) &* ones) >> 7 & ones
    }

    /// The eight characters of the low 48 bits; the first in the most significant byte.
    @inline(__always)
    static func encode(_ bits: UInt64) -> UInt64 {
        var lanes = (bits & 0x00FF_FFFF) | (bits & 0xFFFF_FF00_0000) << 8
        lanes = (lanes & 0x0000_0FFF_0000_0FFF) | (lanes & 0x00FF_F000_00FF_F000) << 4
        lanes = (lanes & 0x003F_003F_003F_003F) | (lanes & 0x0FC0_0FC0_0FC0_0FC0) << 2
        // 'A' + x, then what is to be added or taken from 'a', '0', '-' and '_' on.
        let added = lanes &+ 65 &* ones &+ atLeast(26, lanes) &* 6 &+ atLeast(63, lanes) &* 49
        return added &- atLeast(52, lanes) &* 75 &- atLeast(62, lanes) &* 13
    }

    /// The 48 bits of eight characters; `nil` if one is not of the alphabet.
    @inline(__always)
    static func decode(_ characters: UInt64) -> UInt64? {
        guard characters & highBits == 0 else { return nil }
        let upper = atLeast(65, characters) &- atLeast(91, characters)
        let lower = atLeast(97, characters) &- atLeast(123, characters)
        let digit = atLeast(48, characters) &- atLeast(58, characters)
        let hyphen = atLeast(45, characters) &- atLeast(46, characters)
        let underscore = atLeast(95, characters) &- atLeast(96, characters)
        guard upper | lower | digit | hyphen | underscore == ones else { return nil }
        // Differences modulo 128, so that no byte borrows from its neighbour.
        let shift = upper &* 63 | lower &* 57 | digit &* 4 | hyphen &* 17 | underscore &* 96
        var lanes = (characters &+ shift) & ~highBits
        lanes = (lanes & 0x003F_003F_003F_003F) | (lanes & 0x3F00_3F00_3F00_3F00) >> 2
        lanes = (lanes & 0x0000_0FFF_0000_0FFF) | (lanes & 0x0FFF_0000_0FFF_0000) >> 4
        return (lanes & 0x00FF_FFFF) | lanes >> 8 & 0xFFFF_FF00_0000
    }
}
