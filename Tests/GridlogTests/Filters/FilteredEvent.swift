import CloudEvents
import TestSupport

@testable import Gridlog

/// An event that filters are asked about without a broker.
struct FilteredEvent {
    private let publication: Publication

    /// - Parameter members: what the event has beside the four required attributes, as JSON members.
    init(_ members: String = "") throws {
        let rest = members.isEmpty ? "" : ",\(members)"
        try self.init(json: #"{"specversion":"1.0","id":"A-1","source":"/shop/7","type":"Order.Placed"\#(rest)}"#)
    }

    init(json: String) throws {
        var publication = Publication(capacity: json.utf8.count)
        publication.append(json.utf8.span.bytes)
        var scanner = EventScanner()
        _ = try publication.seal(with: &scanner)
        self.publication = publication
    }

    func matches(_ filters: FilterCondition..., types: [String]? = nil) -> Bool? {
        matches(CompiledFilter(EventFilterSettings(includedEventTypes: types, filters: filters)))
    }

    func matches(_ filter: CompiledFilter) -> Bool? {
        var scratch: [UInt8] = []
        guard let event = FilterSubject(0, in: publication.bytes, count: 1) else { return nil }
        return filter.matches(event, &scratch)
    }
}

extension FilterCondition {
    /// A number as it is written in JSON.
    static func number(_ text: String) -> JSONNumber {
        JSONNumber(text: text) ?? .integer(0)
    }

    init(_ operatorType: FilterOperator, _ key: String, strings: String...) {
        self.init(operatorType, key, .strings(strings))
    }

    init(_ operatorType: FilterOperator, _ key: String, numbers: String...) {
        self.init(operatorType, key, .numbers(numbers.map(Self.number)))
    }

    init(_ operatorType: FilterOperator, _ key: String, number: String) {
        self.init(operatorType, key, .number(Self.number(number)))
    }

    init(_ operatorType: FilterOperator, _ key: String, ranges: (String, String)...) {
        self.init(operatorType, key, .ranges(ranges.map { Self.number($0.0)...Self.number($0.1) }))
    }
}
