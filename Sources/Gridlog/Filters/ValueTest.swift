import CloudEvents

/// What a filter compares one value with, made ready.
enum ValueTest: Sendable {
    case exists
    case isMissing
    case boolean(Bool)
    case isOneOf([JSONNumber])
    case isWithin([ClosedRange<JSONNumber>])
    case isLess(JSONNumber)
    case isAtMost(JSONNumber)
    case isGreater(JSONNumber)
    case isAtLeast(JSONNumber)
    case text(TextTest)

    /// What the condition names, whether it asks for that or for the opposite.
    init(_ condition: FilterCondition) {
        switch (condition.operatorType, condition.operand) {
        case (.isNotNull, _): self = .exists
        case (_, .boolean(let value)): self = .boolean(value)
        case (_, .numbers(let values)): self = .isOneOf(values)
        case (_, .ranges(let ranges)): self = .isWithin(ranges)
        case (.numberLessThan, .number(let value)): self = .isLess(value)
        case (.numberLessThanOrEquals, .number(let value)): self = .isAtMost(value)
        case (.numberGreaterThan, .number(let value)): self = .isGreater(value)
        case (_, .number(let value)): self = .isAtLeast(value)
        case (.stringBeginsWith, .strings(let values)), (.stringNotBeginsWith, .strings(let values)):
            self = .text(TextTest(.begins, values))
        case (.stringEndsWith, .strings(let values)), (.stringNotEndsWith, .strings(let values)):
            self = .text(TextTest(.ends, values))
        case (.stringContains, .strings(let values)), (.stringNotContains, .strings(let values)):
            self = .text(TextTest(.contains, values))
        case (_, .strings(let values)): self = .text(TextTest(.isEqual, values))
        case (_, .none): self = .isMissing
        }
    }

    /// Whether one value is what is named. A value of another type never is (decision 22).
    ///
    /// - Parameters:
    ///   - isAttribute: numbers and booleans are texts too (decision 21).
    ///   - scratch: room for a text.
    func accepts(
        _ place: JSONPlace, in fields: borrowing EventFields, isAttribute: Bool, _ scratch: inout [UInt8]
    ) -> Bool {
        switch self {
        case .exists: return true
        case .isMissing: return false
        case .boolean(let wanted): return place.kind == .boolean(wanted)
        case .text(let test):
            guard place.kind == .string || isAttribute else { return false }
            scratch.removeAll(keepingCapacity: true)
            fields.appendText(of: place, to: &scratch)
            FoldedText.fold(&scratch)
            return test.accepts(scratch)
        case .isOneOf, .isWithin, .isLess, .isAtMost, .isGreater, .isAtLeast:
            guard let number = fields.number(place) else { return false }
            return accepts(number)
        }
    }

    private func accepts(_ number: JSONNumber) -> Bool {
        switch self {
        case .isOneOf(let values): values.contains(number)
        case .isWithin(let ranges): ranges.contains { $0.contains(number) }
        case .isLess(let value): number < value
        case .isAtMost(let value): number <= value
        case .isGreater(let value): number > value
        case .isAtLeast(let value): number >= value
        case .exists, .isMissing, .boolean, .text: false
        }
    }
}
