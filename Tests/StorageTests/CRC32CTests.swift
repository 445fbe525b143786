import Storage
import TestSupport
import Testing

@Suite struct CRC32CTests {
    /// RFC 3720 appendix B.4, whose tables give the bytes of the checksum in little-endian order.
    @Test func theVectorsOfRFC3720Match() {
        func checksum(_ bytes: [UInt8]) -> UInt32 { CRC32C.checksum(bytes.span.bytes) }
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum((0..<32).map { $0 }) == 0x46DD_794E)
        #expect(checksum((0..<32).reversed().map { $0 }) == 0x113F_DB5C)
        let readCommand: [UInt8] = [
            0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0,
            0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
        ]
        #expect(checksum(readCommand) == 0xD996_3A56)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum([]) == 0)
    }

    @Test func everyLengthAgreesWithTheDefinition() {
        var random = SeededRandom(seed: 2)
        for length in 0..<300 {
            let bytes = random.bytes(length)
            #expect(CRC32C.checksum(bytes.span.bytes) == Self.byDefinition(bytes))
        }
    }

    @Test func anotherSeedGivesAnotherChecksum() {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(CRC32C.checksum(bytes.span.bytes, seed: 1) != CRC32C.checksum(bytes.span.bytes, seed: 2))
        #expect(CRC32C.checksum(bytes.span.bytes, seed: 0) == CRC32C.checksum(bytes.span.bytes))
    }

    /// Bit by bit, with the reflected polynomial.
    private static func byDefinition(_ bytes: [UInt8]) -> UInt32 {
        var state = UInt32.max
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 0 ? state >> 1 : state >> 1 ^ 0x82F6_3B78 }
        }
        return ~state
    }
}
