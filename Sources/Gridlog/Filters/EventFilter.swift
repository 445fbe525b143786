import CloudEvents
import EventLog
import Storage

/// Which events of a topic a subscription gets: for each stretch of the log, the filter that was in force when it was
/// published (decision 18).
struct EventFilter: Sendable {
    private struct Stretch {
        let from: UInt64
        /// Lower-cased; `nil` lets everything through.
        let types: Set<String>?
    }

    /// Ascending.
    private let stretches: [Stretch]

    init(_ entries: [Catalog.FilterEntry]) {
        stretches = entries.map { entry in
            let types = entry.includedEventTypes ?? []
            return Stretch(from: entry.from, types: types.isEmpty ? nil : Set(types.map(Self.folded)))
        }
    }

    /// Whether every event from a sequence on passes, so that none needs to be looked at.
    func passesAll(from sequence: UInt64) -> Bool {
        stretches.allSatisfy { $0.types == nil }
            || (stretches.last.map { $0.types == nil && $0.from <= sequence } ?? true)
    }

    /// Whether an event passes. O(1) in the length of the event.
    func matches(_ sequence: UInt64, in frame: LogFrame) -> Bool? {
        let stretch = stretches.last { $0.from <= sequence } ?? stretches.first
        guard let types = stretch?.types else { return true }
        let payload = frame.payload
        let index = Int(sequence - frame.firstSequence)
        guard let type = EventRecords.type(of: index, in: payload, count: frame.recordCount) else { return nil }
        let text = AttributeText.decode(payload.extracting(type.range), hasEscapes: type.hasEscapes)
        return types.contains(Self.folded(text))
    }

    /// Unicode simple lower-casing, scalar by scalar (decision 24).
    static func folded(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let lowercased = scalar.properties.lowercaseMapping.unicodeScalars
            // A mapping to several scalars is not a simple one.
            folded.append(lowercased.count == 1 ? lowercased[lowercased.startIndex] : scalar)
        }
        return String(folded)
    }
}
