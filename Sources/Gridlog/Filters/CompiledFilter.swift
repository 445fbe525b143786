/// Everything that an event must be for a subscription to get it. Another kind of filter, such as a CloudEvents SQL expression, would
/// be one more member here and one more in ``EventFilterSettings``.
struct CompiledFilter: Sendable {
    /// In the order in which they are asked.
    let conditions: [CompiledCondition]

    init(_ settings: EventFilterSettings) {
        var conditions = settings.filters ?? []
        if let types = settings.includedEventTypes, !types.isEmpty {
            conditions.insert(FilterCondition(.stringIn, "type", .strings(types)), at: 0)
        }
        self.conditions = conditions.compactMap(CompiledCondition.init)
    }

    var passesAll: Bool { conditions.isEmpty }

    /// How many times an event's bytes may be gone through, at most.
    var passes: Int { max(1, conditions.count) }

    func matches(_ event: borrowing FilterSubject, _ scratch: inout [UInt8]) -> Bool {
        // By index: a condition is not copied, with the references in it, for each event.
        for index in conditions.indices where !conditions[index].matches(event, &scratch) { return false }
        return true
    }
}
