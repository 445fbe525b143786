import CloudEvents

/// A filter made ready to be asked about many events. Asking builds no objects; a text is copied into room that is used again, and
/// allocates when it is not ASCII.
struct CompiledCondition: Sendable {
    let condition: FilterCondition
    private let key: FilterKey
    private let test: ValueTest

    /// - Returns: `nil` for a key that is none; ``FilterCondition/validate()`` refuses those.
    init?(_ condition: FilterCondition) {
        guard let key = FilterKey(condition.key) else { return nil }
        self.condition = condition
        self.key = key
        test = ValueTest(condition)
    }

    /// Whether an event passes.
    func matches(_ event: borrowing FilterSubject, _ scratch: inout [UInt8]) -> Bool {
        matches(value(in: event), of: event, &scratch)
    }

    /// What the event has at the key; `nil` when it is missing or `null`.
    func value(in event: borrowing FilterSubject) -> JSONPlace? {
        guard let place = event.value(of: key), place.kind != .null else { return nil }
        return place
    }

    func matches(_ place: JSONPlace?, of event: borrowing FilterSubject, _ scratch: inout [UInt8]) -> Bool {
        let kind = condition.operatorType
        guard let place else { return kind.matchesMissing }
        return isNamed(place, event, &scratch) != kind.isNegative
    }

    /// Whether the value, or an element of it, is what the operand names.
    private func isNamed(_ place: JSONPlace, _ event: borrowing FilterSubject, _ scratch: inout [UInt8]) -> Bool {
        let isAttribute = if case .data = key { false } else { true }
        if case .exists = test { return true }
        guard place.kind == .array else {
            return test.accepts(place, in: event.fields, isAttribute: isAttribute, &scratch)
        }
        var isNamed = false
        event.fields.forEachElement(of: place) { element in
            isNamed = test.accepts(element, in: event.fields, isAttribute: isAttribute, &scratch)
            return !isNamed
        }
        return isNamed
    }
}
