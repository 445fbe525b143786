/// Which events a subscription gets: those of the types that pass every filter.
struct EventFilterSettings: Sendable, Hashable {
    /// Event types, compared without regard to case; `nil` or none means all.
    var includedEventTypes: [String]?
    /// What else an event must be; `nil` or none means nothing.
    var filters: [FilterCondition]?

    /// Filters of a subscription, and values of all of them together, at most (contract section 4). `includedEventTypes` has as many
    /// values at most, counted apart.
    static let filtersMax = 25
    static let valuesMax = 25

    func validate() throws(GridlogError) {
        let types = includedEventTypes ?? []
        guard types.count <= Self.valuesMax else {
            throw GridlogError(
                .invalidArgument,
                "includedEventTypes has \(types.count) values; at most \(Self.valuesMax) are allowed.")
        }
        for type in types where type.isEmpty || type.unicodeScalars.count > FilterCondition.stringCharactersMax {
            throw GridlogError(
                .invalidArgument,
                "A value of includedEventTypes is empty or longer than \(FilterCondition.stringCharactersMax) characters."
            )
        }
        let filters = filters ?? []
        guard filters.count <= Self.filtersMax else {
            throw GridlogError(
                .invalidArgument, "There are \(filters.count) filters; at most \(Self.filtersMax) are allowed.")
        }
        let values = filters.reduce(0) { $0 + $1.operand.count }
        guard values <= Self.valuesMax else {
            throw GridlogError(
                .invalidArgument,
                "The filters have \(values) values together; at most \(Self.valuesMax) are allowed, and a range counts as one."
            )
        }
        for filter in filters { try filter.validate() }
    }
}
