import DeliveryIndex
import Storage

/// Lock tokens of one settle or renew request, in the order of the request.
public struct LockTokens: Sendable {
    private let coder: LockTokenCoder
    /// `nil` stands for text that this store did not write.
    private(set) var tokens: [LockToken?] = []

    init(coder: LockTokenCoder) {
        self.coder = coder
    }

    /// How many there are.
    public var count: Int { tokens.count }

    /// Adds the token that a text says; text that cannot be read becomes a ``SettleOutcome/badToken``. O(1).
    public mutating func append(_ text: RawSpan) {
        tokens.append(coder.decode(text))
    }

    /// Adds the token that a text says.
    public mutating func append(_ text: String) {
        unsafe append(text.utf8.span.bytes)
    }
}
