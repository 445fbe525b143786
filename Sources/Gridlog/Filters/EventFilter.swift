import EventLog
import Storage

/// Which events of a topic a subscription gets: for each stretch of the log, the filter that was in force when it was
/// published (decision 18).
struct EventFilter: Sendable {
    private struct Stretch {
        let from: UInt64
        let filter: CompiledFilter
    }

    /// Ascending, and not empty.
    private let stretches: [Stretch]
    private let subscription: UInt32
    /// From here on every frame is for everybody.
    var addressedBelow: UInt64

    init(_ entries: [Catalog.FilterEntry], for subscription: UInt32, addressedBelow: UInt64) {
        self.subscription = subscription
        self.addressedBelow = addressedBelow
        stretches = entries.map { Stretch(from: $0.from, filter: CompiledFilter($0.filter)) }
    }

    /// Whether every event from a sequence on passes, so that none needs to be looked at.
    func passesAll(from sequence: UInt64) -> Bool {
        guard sequence >= addressedBelow else { return false }
        return stretches.allSatisfy(\.filter.passesAll)
            || (stretches.last.map { $0.filter.passesAll && $0.from <= sequence } ?? true)
    }

    /// How many times an event's bytes may be gone through, at most.
    var passes: Int { stretches.reduce(1) { max($0, $1.filter.passes) } }

    /// The filter for what is published now.
    var current: CompiledFilter? { stretches.last?.filter }

    /// The filter that selects an event. O(stretches).
    func filter(of sequence: UInt64) -> CompiledFilter? {
        position(of: sequence).map { stretches[$0].filter }
    }

    private func position(of sequence: UInt64) -> Int? {
        stretches.lastIndex { $0.from <= sequence } ?? stretches.indices.first
    }

    /// Whether an event passes; `nil` when its record cannot be read. One that was put back passes in its own subscription only, and there
    /// without being looked at: it did before.
    func matches(_ sequence: UInt64, in frame: LogFrame, _ scratch: inout [UInt8]) -> Bool? {
        guard frame.addressee == EventAddress.everybody else { return frame.addressee == subscription }
        guard let position = position(of: sequence), !stretches[position].filter.passesAll else { return true }
        let payload = frame.payload
        let index = Int(sequence - frame.firstSequence)
        guard let event = FilterSubject(index, in: payload, count: frame.recordCount) else { return nil }
        return stretches[position].filter.matches(event, &scratch)
    }
}
