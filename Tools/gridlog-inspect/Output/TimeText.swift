import CloudEvents
import Foundation

/// Shows points in time: in UTC, or where the machine is.
struct TimeText {
    let isLocal: Bool

    /// Nanoseconds since 1970 as text, to the millisecond; a dash for none.
    func callAsFunction(_ nanoseconds: UInt64?) -> String {
        guard let nanoseconds, nanoseconds > 0 else { return "-" }
        let milliseconds = nanoseconds / 1_000_000
        guard isLocal else { return Timestamp.text(nanosecondsSince1970: milliseconds * 1_000_000) }
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
        return date.formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .current))
    }
}
