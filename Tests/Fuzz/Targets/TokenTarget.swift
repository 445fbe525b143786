import Storage

@testable import DeliveryIndex

/// Lock tokens: text that may be made up, and tokens whose text is changed in one place.
enum TokenTarget {
    private static let coder = LockTokenCoder(key: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210))

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let control = input.byte()
        checkWord(input.number(UInt64.self))
        if control & 1 == 0 {
            checkText(Array(input.rest))
            return
        }
        let token = LockToken(
            sequence: input.number(UInt64.self), subscription: input.number(UInt32.self),
            epoch: input.number(UInt32.self), incarnation: input.number(UInt32.self),
            lockedAt: input.number(UInt32.self), generation: input.number(UInt16.self))
        var text = Array(coder.text(of: token).utf8)
        require(text.count == LockTokenCoder.length, "every token has the same length")
        require(coder.decode(text.span.bytes) == token, "a token is read as it was written")
        let place = Int(input.byte()) % text.count
        let change = input.byte()
        if change != 0 {
            text[place] ^= change
            require(coder.decode(text.span.bytes) == nil, "a token that was changed in one place is refused")
        }
        checkText(text)
    }

    private static func checkText(_ text: [UInt8]) {
        guard let token = coder.decode(text.span.bytes) else { return }
        require(Array(coder.text(of: token).utf8) == text, "a token has one text")
    }

    private static func checkWord(_ word: UInt64) {
        let bits = word & 0xFFFF_FFFF_FFFF
        require(Base64URL.decode(Base64URL.encode(bits)) == bits, "bits are read as they were written")
        if let decoded = Base64URL.decode(word) { require(Base64URL.encode(decoded) == word, "bits have one text") }
    }

    static var seeds: [[UInt8]] {
        let token = LockToken(
            sequence: 1 << 33, subscription: 2, epoch: 3, incarnation: 4, lockedAt: .max, generation: 6)
        var fields = FuzzSeed()
        fields.byte(1)
        fields.number(UInt64(7))
        fields.number(token.sequence)
        for number in [token.subscription, token.epoch, token.incarnation, token.lockedAt] { fields.number(number) }
        fields.number(token.generation)
        let text = Array(coder.text(of: token).utf8)
        let word = Array("-_09azAZ".utf8)
        return [fields.bytes, fields.bytes + [45, 1], [0] + word + text, [0] + word + text.dropLast(), [0] + word]
    }
}
