import EventLog

extension InlineIdentity {
    /// 32 hexadecimal digits.
    var hexadecimal: String {
        BrokerEnvironment.hexadecimal(low, digits: 16) + BrokerEnvironment.hexadecimal(high, digits: 16)
    }

    /// The identity that 32 hexadecimal digits say; `nil` for other text.
    init?(hexadecimal text: String) {
        guard text.utf8.count == 32, let low = UInt64(text.prefix(16), radix: 16),
            let high = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(low: low, high: high)
    }
}
