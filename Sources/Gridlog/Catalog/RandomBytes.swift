/// 16 random bytes, as the catalog writes them: the identity of a store, the key of its lock tokens.
struct RandomBytes: Sendable, Hashable {
    /// The first 8 bytes.
    let low: UInt64
    /// The last 8 bytes.
    let high: UInt64

    init(_ random: () -> UInt64) {
        low = random()
        high = random()
    }

    /// The bytes that 32 hexadecimal digits say; `nil` for other text.
    init?(hexadecimal text: String) {
        guard text.utf8.count == 32, let low = UInt64(text.prefix(16), radix: 16),
            let high = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.low = low
        self.high = high
    }

    /// 32 hexadecimal digits.
    var hexadecimal: String {
        BrokerEnvironment.hexadecimal(low, digits: 16) + BrokerEnvironment.hexadecimal(high, digits: 16)
    }
}
