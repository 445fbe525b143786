/// A header that every request of a push subscription carries.
public struct DeliveryAttribute: Sendable, Hashable, Codable {
    /// Where its value comes from.
    public enum Value: Sendable, Hashable, Codable {
        /// Always the same; a secret one never comes back in an answer or a log line.
        case fixed(String, isSecret: Bool)
        /// A member of the event, such as `subject` or `data.customer.id`: a text, a number or a boolean. An event without it is
        /// sent without the header.
        case field(String)
    }

    /// The longest value, in bytes.
    public static let valueBytesMax = 4_096

    /// The header's name; must not begin with `aeg-`.
    public var name: String
    /// Its value.
    public var value: Value

    /// Names a header and where its value comes from.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}
