public import CloudEvents

/// One filter of an event subscription: an operator, the key of a value in the event, and what it is compared with.
public struct FilterCondition: Sendable, Hashable, Codable {
    /// What a value is compared with.
    public enum Operand: Sendable, Hashable, Codable {
        /// For ``FilterOperator/isNullOrUndefined`` and ``FilterOperator/isNotNull``.
        case none
        case boolean(Bool)
        case number(JSONNumber)
        case numbers([JSONNumber])
        /// Both ends belong to a range.
        case ranges([ClosedRange<JSONNumber>])
        case strings([String])

        /// How many values it counts as.
        var count: Int {
            switch self {
            case .none: 0
            case .boolean, .number: 1
            case .numbers(let values): values.count
            case .ranges(let ranges): ranges.count
            case .strings(let values): values.count
            }
        }
    }

    /// What is asked.
    public var operatorType: FilterOperator
    /// A context attribute or extension of the event (`subject`), or a value in its data (`data.customer.country`).
    public var key: String
    /// What it is compared with.
    public var operand: Operand

    /// A condition. ``Topic/putSubscription(_:_:startAt:)`` checks it.
    public init(_ operatorType: FilterOperator, _ key: String, _ operand: Operand = .none) {
        self.operatorType = operatorType
        self.key = key
        self.operand = operand
    }

    /// Characters of a string that is compared with, at most (contract section 4).
    static let stringCharactersMax = 512
    /// Characters of a key, at most.
    static let keyCharactersMax = 512

    func validate() throws(GridlogError) {
        guard FilterKey(key) != nil, key.utf8.count <= Self.keyCharactersMax else {
            throw refusal(
                "its key must be an attribute or extension in lower-case letters and digits, or 'data' with names of members after "
                    + "dots, of \(Self.keyCharactersMax) characters at most")
        }
        guard takesOperand else { throw refusal("the operator takes other values") }
        guard operand == .none || operand.count > 0 else { throw refusal("it needs at least one value") }
        if case .strings(let values) = operand,
            let long = values.first(where: { $0.unicodeScalars.count > Self.stringCharactersMax })
        {
            throw refusal(
                "the value that begins '\(long.prefix(20))' is longer than \(Self.stringCharactersMax) characters")
        }
    }

    private var takesOperand: Bool {
        switch (operatorType, operand) {
        case (.isNullOrUndefined, .none), (.isNotNull, .none), (.boolEquals, .boolean): true
        case (.numberIn, .numbers), (.numberNotIn, .numbers), (.numberInRange, .ranges), (.numberNotInRange, .ranges):
            true
        case (.numberLessThan, .number), (.numberLessThanOrEquals, .number), (.numberGreaterThan, .number),
            (.numberGreaterThanOrEquals, .number):
            true
        case (.stringContains, .strings), (.stringBeginsWith, .strings), (.stringEndsWith, .strings),
            (.stringNotContains, .strings), (.stringNotBeginsWith, .strings), (.stringNotEndsWith, .strings),
            (.stringIn, .strings), (.stringNotIn, .strings):
            true
        default: false
        }
    }

    private func refusal(_ reason: String) -> GridlogError {
        GridlogError(.invalidArgument, "The filter \(operatorType.rawValue) on '\(key.prefix(64))': \(reason).")
    }
}
