/// What a filter asks of a value (contract section 4). The raw values are the names on the wire.
public enum FilterOperator: String, Sendable, Hashable, Codable, CaseIterable {
    case numberIn = "NumberIn"
    case numberNotIn = "NumberNotIn"
    case numberLessThan = "NumberLessThan"
    case numberLessThanOrEquals = "NumberLessThanOrEquals"
    case numberGreaterThan = "NumberGreaterThan"
    case numberGreaterThanOrEquals = "NumberGreaterThanOrEquals"
    case numberInRange = "NumberInRange"
    case numberNotInRange = "NumberNotInRange"
    case boolEquals = "BoolEquals"
    case stringContains = "StringContains"
    case stringBeginsWith = "StringBeginsWith"
    case stringEndsWith = "StringEndsWith"
    case stringNotContains = "StringNotContains"
    case stringNotBeginsWith = "StringNotBeginsWith"
    case stringNotEndsWith = "StringNotEndsWith"
    case stringIn = "StringIn"
    case stringNotIn = "StringNotIn"
    case isNullOrUndefined = "IsNullOrUndefined"
    case isNotNull = "IsNotNull"

    /// Whether it matches a value of which no part is what the operand names.
    var isNegative: Bool {
        switch self {
        case .numberNotIn, .numberNotInRange, .stringNotContains, .stringNotBeginsWith, .stringNotEndsWith,
            .stringNotIn:
            true
        default: false
        }
    }

    /// Whether it matches an event in which the key is missing or `null`.
    var matchesMissing: Bool {
        switch self {
        case .numberNotIn, .numberNotInRange, .stringNotIn, .isNullOrUndefined: true
        default: false
        }
    }
}
