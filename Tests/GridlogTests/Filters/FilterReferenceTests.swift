import CloudEvents
import Foundation
import TestSupport
import Testing

@testable import Gridlog

/// The compiled filters against a plain one, over random events.
struct FilterReferenceTests {
    @Test(arguments: 0..<20) func compiledFiltersAgreeWithAPlainOneOnRandomEvents(_ seed: Int) throws {
        var random = RandomFilters(seed: UInt64(seed))
        var matched = 0
        for _ in 0..<5_000 {
            let event = random.event()
            let text = random.text(of: event)
            let filters = random.filters()
            let expected = ReferenceFilter.matches(event, filters)
            let compiled = CompiledFilter(EventFilterSettings(filters: filters))
            if try FilteredEvent(json: text).matches(compiled) != expected {
                Issue.record("\(text) with \(filters) must be \(expected)")
            }
            if expected { matched += 1 }
        }
        #expect((500...4_500).contains(matched), "both answers occur")
    }

    @Test func aTextIsFoundWhereverItStands() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            // Of two letters, so that beginnings repeat inside.
            let text = (0..<random.below(30)).map { _ in UInt8(ascii: random.chance(1, in: 2) ? "a" : "b") }
            let pattern = (0..<random.below(6)).map { _ in UInt8(ascii: random.chance(1, in: 2) ? "a" : "b") }
            let expected =
                pattern.isEmpty
                || String(decoding: text, as: UTF8.self).contains(String(decoding: pattern, as: UTF8.self))
            if TextPattern(pattern).occurs(in: text) != expected { Issue.record("\(pattern) in \(text)") }
        }
    }

    @Test func aPatternThatAlmostOccursEverywhereTakesTimeInProportionToTheText() {
        let pattern = TextPattern([UInt8](repeating: 97, count: 511) + [98])
        let text = [UInt8](repeating: 97, count: 1 << 20)
        let began = ContinuousClock.now
        #expect(!pattern.occurs(in: text))
        // By every beginning it would be half a billion steps.
        #expect(ContinuousClock.now - began < .seconds(5))
    }
}

/// Random events and filters over few names and values, so that they meet.
private struct RandomFilters {
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[random.below(elements.count)]
    }

    private static let texts = ["", "a", "A", "ab", "aB", "ba", "Ä", "ä", "5", "true", "aab", "x y"]
    private static let numbers = ["0", "1", "-1", "5", "5.0", "2.5", "1e1", "10", "9007199254740993"]

    private mutating func scalar() -> AnyJSON {
        switch random.below(6) {
        case 0, 1: .string(pick(Self.texts))
        case 2, 3: .number(pick(Self.numbers))
        case 4: pick([.boolean(true), .boolean(false), .null])
        default: pick([.object([]), .object([("k", .string("a"))]), .array([.number("1")])])
        }
    }

    private mutating func value() -> AnyJSON {
        guard random.chance(1, in: 4) else { return scalar() }
        return .array((0..<random.below(4)).map { _ in scalar() })
    }

    mutating func event() -> AnyJSON {
        var members: [(String, AnyJSON)] = [
            ("specversion", .string("1.0")), ("id", .string(pick(["a", "Ab"]))),
            ("source", .string(pick(["/a", "b"]))),
            ("type", .string(pick(["a", "AB", "ä"]))),
        ]
        if random.chance(1, in: 2) { members.append(("subject", .string(pick(["a", "aab", "B"])))) }
        if random.chance(1, in: 2) {
            members.append(
                ("ext", pick([.number("5"), .boolean(true), .boolean(false), .string("aB"), .number("-1")])))
        }
        if random.chance(3, in: 4) {
            var data: [(String, AnyJSON)] = [("v", value())]
            if random.chance(1, in: 2) { data.insert(("o", .object([("n", value()), ("v", value())])), at: 0) }
            members.append(("data", .object(data)))
        }
        members.shuffle(using: &random)
        return .object(members)
    }

    /// The JSON of a value, with spaces and escapes here and there.
    mutating func text(of value: AnyJSON) -> String {
        let space = random.chance(1, in: 4) ? " " : ""
        switch value {
        case .null: return "null"
        case .boolean(let value): return value ? "true" : "false"
        case .number(let text): return text
        case .string(let text): return quoted(text)
        case .array(let elements): return "[" + elements.map { text(of: $0) }.joined(separator: "," + space) + "]"
        case .object(let members):
            return "{" + members.map { quoted($0.0) + space + ":" + text(of: $0.1) }.joined(separator: space + ",")
                + "}"
        }
    }

    /// Sometimes with an escape for each character.
    private mutating func quoted(_ text: String) -> String {
        guard random.chance(1, in: 4) else { return "\"\(text)\"" }
        let escaped = text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(escaped.joined())\""
    }

    mutating func filters() -> [FilterCondition] {
        (0..<random.below(3)).map { _ in filter() }
    }

    private mutating func filter() -> FilterCondition {
        let operatorType = pick(FilterOperator.allCases)
        let key = pick([
            "id", "source", "type", "subject", "ext", "none", "data.v", "data.o.n", "data.o.v", "data.o", "data",
        ])
        return FilterCondition(operatorType, key, operand(of: operatorType))
    }

    private mutating func operand(of operatorType: FilterOperator) -> FilterCondition.Operand {
        let count = 1 + random.below(3)
        switch operatorType {
        case .isNullOrUndefined, .isNotNull: return .none
        case .boolEquals: return .boolean(random.chance(1, in: 2))
        case .numberIn, .numberNotIn:
            return .numbers((0..<count).map { _ in FilterCondition.number(pick(Self.numbers)) })
        case .numberInRange, .numberNotInRange:
            return .ranges(
                (0..<count).map { _ in
                    let ends = [FilterCondition.number(pick(Self.numbers)), FilterCondition.number(pick(Self.numbers))]
                    return min(ends[0], ends[1])...max(ends[0], ends[1])
                })
        case .numberLessThan, .numberLessThanOrEquals, .numberGreaterThan, .numberGreaterThanOrEquals:
            return .number(FilterCondition.number(pick(Self.numbers)))
        default: return .strings((0..<count).map { _ in pick(Self.texts) })
        }
    }
}

/// Contract section 4 in the plainest words.
private enum ReferenceFilter {
    static func matches(_ event: AnyJSON, _ filters: [FilterCondition]) -> Bool {
        filters.allSatisfy { matches(event, $0) }
    }

    private static func matches(_ event: AnyJSON, _ filter: FilterCondition) -> Bool {
        var value: AnyJSON? = event
        for name in filter.key.split(separator: ".") {
            value = value?.member(String(name))
        }
        let name = filter.operatorType.rawValue
        guard let value, !value.isNull else {
            return ["NumberNotIn", "NumberNotInRange", "StringNotIn", "IsNullOrUndefined"].contains(name)
        }
        if name == "IsNullOrUndefined" { return false }
        if name == "IsNotNull" { return true }
        let isAttribute = !filter.key.hasPrefix("data")
        let elements = if case .array(let elements) = value { elements } else { [value] }
        return elements.contains { isNamed($0, filter, isAttribute) } != name.contains("Not")
    }

    private static func isNamed(_ value: AnyJSON, _ filter: FilterCondition, _ isAttribute: Bool) -> Bool {
        let name = filter.operatorType.rawValue
        switch (filter.operand, value) {
        case (.boolean(let wanted), .boolean(let found)): return found == wanted
        case (.number(let wanted), .number(let text)):
            guard let found = Decimal(string: text) else { return false }
            return compare(found, wanted.decimal, name)
        case (.numbers(let wanted), .number(let text)):
            let found = Decimal(string: text)
            return wanted.contains { $0.decimal == found }
        case (.ranges(let wanted), .number(let text)):
            guard let found = Decimal(string: text) else { return false }
            return wanted.contains { $0.lowerBound.decimal <= found && found <= $0.upperBound.decimal }
        case (.strings(let wanted), _):
            guard let text = text(value, isAttribute) else { return false }
            return wanted.contains { compare(text, $0.lowercased(), name) }
        default: return false
        }
    }

    private static func text(_ value: AnyJSON, _ isAttribute: Bool) -> String? {
        switch value {
        case .string(let text): text.lowercased()
        case .boolean(let value) where isAttribute: value ? "true" : "false"
        case .number(let text) where isAttribute: text
        default: nil
        }
    }

    private static func compare(_ value: Decimal, _ wanted: Decimal, _ name: String) -> Bool {
        switch name {
        case "NumberLessThan": value < wanted
        case "NumberLessThanOrEquals": value <= wanted
        case "NumberGreaterThan": value > wanted
        default: value >= wanted
        }
    }

    private static func compare(_ value: String, _ wanted: String, _ name: String) -> Bool {
        if name.hasSuffix("In") { return value == wanted }
        if wanted.isEmpty { return true }
        if name.hasSuffix("BeginsWith") { return value.hasPrefix(wanted) }
        if name.hasSuffix("EndsWith") { return value.hasSuffix(wanted) }
        return value.contains(wanted)
    }
}

private enum AnyJSON {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([AnyJSON])
    case object([(String, AnyJSON)])

    var isNull: Bool { if case .null = self { true } else { false } }

    func member(_ name: String) -> AnyJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }
}

extension JSONNumber {
    fileprivate var decimal: Decimal {
        switch self {
        case .integer(let value): Decimal(value)
        case .real(let value): Decimal(value)
        }
    }
}

extension SeededRandom {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next(upperBound: UInt64(bound))) }
}
