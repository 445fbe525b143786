import CloudEvents
import Gridlog

/// An element of `filtersConfiguration.filters` (contract section 4).
extension FilterCondition {
    init(document filter: JSONMember) throws(ErrorAnswer) {
        try filter.checkMembers("operatorType", "key", "value", "values")
        let word = try filter["operatorType"].required(filter["operatorType"].string(), "the name of an operator")
        guard let operatorType = FilterOperator(rawValue: word) else {
            let known = FilterOperator.allCases.map(\.rawValue).joined(separator: ", ")
            throw filter["operatorType"].refusal("is '\(word)'; it must be one of \(known)")
        }
        let key = try filter["key"].required(filter["key"].string(), "such as 'subject' or 'data.color'")
        self.init(operatorType, key, try Self.operand(of: operatorType, filter))
    }

    private static func operand(
        of operatorType: FilterOperator, _ filter: JSONMember
    ) throws(ErrorAnswer) -> Operand {
        let (value, values) = (filter["value"], filter["values"])
        switch operatorType {
        case .isNullOrUndefined, .isNotNull:
            try value.checkAbsent("the operator compares with nothing")
            try values.checkAbsent("the operator compares with nothing")
            return .none
        case .boolEquals:
            try values.checkAbsent("the operator compares with one 'value'")
            return .boolean(try value.required(value.boolean(), "true or false"))
        case .numberLessThan, .numberLessThanOrEquals, .numberGreaterThan, .numberGreaterThanOrEquals:
            try values.checkAbsent("the operator compares with one 'value'")
            return .number(try value.required(value.number(), "a number"))
        case .numberIn, .numberNotIn:
            try value.checkAbsent("the operator compares with 'values'")
            return .numbers(try values.all("an array of numbers") { member throws(ErrorAnswer) in try member.number() })
        case .numberInRange, .numberNotInRange:
            try value.checkAbsent("the operator compares with 'values'")
            return .ranges(try values.all("an array of ranges such as [1, 5]", range))
        case .stringContains, .stringBeginsWith, .stringEndsWith, .stringNotContains, .stringNotBeginsWith,
            .stringNotEndsWith, .stringIn, .stringNotIn:
            try value.checkAbsent("the operator compares with 'values'")
            return .strings(try values.all("an array of strings") { member throws(ErrorAnswer) in try member.string() })
        }
    }

    private static func range(_ member: JSONMember) throws(ErrorAnswer) -> ClosedRange<JSONNumber>? {
        let ends = try member.all("a range such as [1, 5]") { end throws(ErrorAnswer) in try end.number() }
        guard ends.count == 2, ends[0] <= ends[1] else {
            throw member.refusal("must be a range of two numbers such as [1, 5], the lower one first")
        }
        return ends[0]...ends[1]
    }

    var document: JSONValue {
        var object: JSONObject = ["operatorType": .string(operatorType.rawValue), "key": .string(key)]
        switch operand {
        case .none: break
        case .boolean(let value): object["value"] = .bool(value)
        case .number(let value): object["value"] = JSONValue(value)
        case .numbers, .ranges, .strings: object["values"] = .array(operand.values)
        }
        return .object(object)
    }
}

extension FilterCondition.Operand {
    /// What it compares with, whatever the operator's own member is.
    var values: [JSONValue] {
        switch self {
        case .none: []
        case .boolean(let value): [.bool(value)]
        case .number(let value): [JSONValue(value)]
        case .numbers(let values): values.map { JSONValue($0) }
        case .ranges(let ranges): ranges.map { .array([JSONValue($0.lowerBound), JSONValue($0.upperBound)]) }
        case .strings(let values): values.map { .string($0) }
        }
    }
}

extension JSONValue {
    init(_ number: JSONNumber) {
        switch number {
        case .integer(let value): self = .integer(Int(value))
        case .real(let value): self = .number(value)
        }
    }
}
