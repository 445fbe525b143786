/// A JSON number for comparing: whole numbers of 64 bits exactly, all others as `Double` (RFC 8259 section 6).
public enum JSONNumber: Sendable, Hashable {
    /// A whole number of 64 bits, written without fraction and exponent.
    case integer(Int64)
    /// Any other; finite.
    case real(Double)

    /// The number of a JSON text; `nil` when it is none, or beyond the range of `Double`.
    public init?(text: String) {
        if let integer = Int64(text) {
            self = .integer(integer)
        } else if let real = Double(text), real.isFinite {
            self = .real(real)
        } else {
            return nil
        }
    }
}

extension JSONNumber: Comparable {
    /// Whether both are the same number, as `1` and `1.0` are.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left == right
        case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)): real == integer
        }
    }

    /// Whether the first is the smaller one, whatever both are.
    public static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.real(let left), .real(let right)): left < right
        case (.integer(let left), .real(let right)): right > left
        case (.real(let left), .integer(let right)): left < right
        }
    }

    /// Equal numbers hash alike.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .integer(let value): hasher.combine(Double(value))
        case .real(let value): hasher.combine(value)
        }
    }
}

extension Double {
    fileprivate static func == (left: Double, right: Int64) -> Bool {
        Int64(exactly: left) == right
    }

    fileprivate static func < (left: Double, right: Int64) -> Bool {
        // Beyond the range of Int64 the sign decides.
        guard let floor = Int64(exactly: left.rounded(.down)) else { return left < 0 }
        return floor < right
    }

    fileprivate static func > (left: Double, right: Int64) -> Bool {
        guard let ceiling = Int64(exactly: left.rounded(.up)) else { return left > 0 }
        return ceiling > right
    }
}

extension JSONNumber: Codable {
    /// Reads a JSON number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else {
            self = .real(try container.decode(Double.self))
        }
    }

    /// Writes a JSON number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .real(let value): try container.encode(value)
        }
    }
}
