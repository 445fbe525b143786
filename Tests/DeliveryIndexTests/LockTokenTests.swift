import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct LockTokenTests {
    let coder = LockTokenCoder(key: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210))
    let token = LockToken(
        sequence: 0x0102_0304_0506_0708, subscription: 0x1122_3344, epoch: 0x5566_7788, incarnation: 0x99AA_BBCC,
        lockedAt: 0xDDEE_FF00, generation: 0xBEEF)

    @Test func tokenIsReadBackAsItWasWritten() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<10_000 {
            let token = LockToken(
                sequence: random.next(), subscription: UInt32(truncatingIfNeeded: random.next()),
                epoch: UInt32(truncatingIfNeeded: random.next()),
                incarnation: UInt32(truncatingIfNeeded: random.next()),
                lockedAt: UInt32(truncatingIfNeeded: random.next()),
                generation: UInt16(truncatingIfNeeded: random.next()))
            #expect(coder.decode(coder.text(of: token)) == token)
        }
    }

    @Test func tokenIsOfTheURLAlphabetAndOfOneLength() {
        let text = coder.text(of: token)
        #expect(text.utf8.count == LockTokenCoder.length)
        #expect(text.hasPrefix("AQIDBAUGBwgRIjNEVWZ3iJmqu8zd7v8Avu"))
        #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    @Test(.tags(.r26)) func everyFlippedBitIsRefused() {
        let text = Array(coder.text(of: token).utf8)
        for position in text.indices {
            for bit in 0..<8 {
                var forged = text
                forged[position] ^= 1 << UInt8(bit)
                #expect(coder.decode(forged.span.bytes) == nil, "bit \(bit) of character \(position)")
            }
        }
    }

    @Test(.tags(.r26)) func everyOtherCharacterIsRefused() {
        let text = Array(coder.text(of: token).utf8)
        for position in text.indices {
            for character in UInt8.min...UInt8.max where character != text[position] {
                var forged = text
                forged[position] = character
                #expect(coder.decode(forged.span.bytes) == nil)
            }
        }
    }

    @Test func everyOtherLengthIsRefused() {
        let text = coder.text(of: token)
        for length in 0..<LockTokenCoder.length { #expect(coder.decode(String(text.prefix(length))) == nil) }
        #expect(coder.decode(text + "A") == nil)
        #expect(coder.decode(text + "==") == nil)
    }

    @Test func tokenOfAnotherKeyIsRefused() {
        let other = LockTokenCoder(key: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3211))
        #expect(other.decode(coder.text(of: token)) == nil)
    }

    @Test(.tags(.r26)) func overtakenTokenIsLostAndTheNewerLockUntouched() throws {
        let harness = try IndexHarness(events: 1)
        let first = try #require(try harness.receive().first)
        harness.clock.advance(by: .seconds(60))
        let second = try #require(try harness.receive().first)
        #expect(harness.acknowledge([first]) == [.lost])
        #expect(harness.renew(first) == .lost)
        #expect(harness.release([first]) == [.lost])
        #expect(harness.check(second) == .genuine)
        #expect(second.deliveryCount == 2)
        #expect(harness.acknowledge([second]) == [.genuine])
    }
}
