import CloudEvents
import Storage

/// One stored event, as a filter sees it.
struct FilterSubject: ~Escapable {
    let fields: EventFields
    private let payload: RawSpan
    private let index: Int
    private let count: Int

    /// - Returns: `nil` when the table of the payload makes no sense.
    @_lifetime(copy payload)
    init?(_ index: Int, in payload: RawSpan, count: Int) {
        guard let range = EventRecords.range(of: index, in: payload, count: count) else { return nil }
        fields = EventFields(payload.extracting(range))
        self.payload = payload
        self.index = index
        self.count = count
    }

    /// The value of a key. O(1) for an attribute whose place is noted, else O(bytes up to it).
    func value(of key: FilterKey) -> JSONPlace? {
        guard case .recorded(let attribute) = key else { return fields.value(of: key) }
        switch EventRecords.place(of: attribute, index, in: payload, count: count) {
        case .absent: return nil
        case .at(let place): return place
        case .notNoted: return fields.value(of: key)
        }
    }
}
