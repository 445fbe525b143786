/// The value of an extension attribute, in the types that the JSON format keeps apart (CloudEvents 1.0.2, "Type System").
/// Binary values, URIs and timestamps are strings there.
public enum AttributeValue: Sendable, Hashable {
    /// Text without control characters, noncharacters and lone surrogates; may be empty.
    case string(String)
    /// A whole number of 32 bits.
    case integer(Int32)
    /// True or false.
    case boolean(Bool)
}

extension AttributeValue: CustomStringConvertible {
    /// The canonical text of the value, as headers carry it.
    public var description: String {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// An integer.
    public init(integerLiteral value: Int32) { self = .integer(value) }

    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
