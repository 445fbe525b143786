import ArgumentParser
import Foundation

/// What a distribution is of.
enum DistributionKind: String, ExpressibleByArgument, CaseIterable, Encodable {
    case size, latency, deliveries, age, frame

    var title: String {
        switch self {
        case .size: "bytes of an event"
        case .latency: "time from publishing to settling"
        case .deliveries: "deliveries of a settled event"
        case .age: "age of what is not settled"
        case .frame: "bytes of a frame of events"
        }
    }

    /// Whether it is a time, in nanoseconds.
    var isTime: Bool { self == .latency || self == .age }

    /// The smallest difference that matters.
    var step: UInt64 { isTime ? 1_000 : 1 }

    /// A value for people.
    func text(_ value: UInt64) -> String {
        switch self {
        case .size, .frame: return SizeText.bytes(Int(clamping: value))
        case .deliveries: return String(value)
        case .latency, .age:
            let seconds = Double(value) / 1e9
            // What rounds to the next unit is shown in that.
            if seconds < 0.9995e-3 { return String(format: "%.0f µs", seconds * 1e6) }
            if seconds < 0.9995 { return String(format: "%.3g ms", seconds * 1e3) }
            return seconds < 600 ? String(format: "%.3g s", seconds) : String(format: "%.1f h", seconds / 3_600)
        }
    }
}
