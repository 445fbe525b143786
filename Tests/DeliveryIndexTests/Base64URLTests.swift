@testable import DeliveryIndex
import TestSupport
import Testing

@Suite struct Base64URLTests {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    @Test func everyDigitInEveryPlaceIsWrittenAndReadBack() {
        for (digit, character) in Self.alphabet.enumerated() {
            for place in 0..<8 {
                let bits = UInt64(digit) << UInt64(6 * place)
                let characters = Base64URL.encode(bits)
                for other in 0..<8 {
                    let expected = other == place ? character : Self.alphabet[0]
                    #expect(UInt8(truncatingIfNeeded: characters >> UInt64(8 * other)) == expected)
                }
                #expect(Base64URL.decode(characters) == bits)
            }
        }
    }

    @Test func everyCharacterOutsideTheAlphabetIsRefusedInEveryPlace() {
        let base = Base64URL.encode(0x1234_5678_9ABC)
        for character in UInt8.min...UInt8.max where !Self.alphabet.contains(character) {
            for place in 0..<8 {
                let mask = UInt64(0xFF) << UInt64(8 * place)
                #expect(Base64URL.decode(base & ~mask | UInt64(character) << UInt64(8 * place)) == nil)
            }
        }
    }

    @Test func anyNumberIsReadBack() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<10_000 {
            let bits = random.next() & 0xFFFF_FFFF_FFFF
            #expect(Base64URL.decode(Base64URL.encode(bits)) == bits)
        }
    }
}
