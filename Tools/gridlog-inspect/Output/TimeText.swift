import CloudEvents
import Foundation

/// Shows points in time as RFC 3339 has them: in UTC, or where the machine is.
struct TimeText {
    let isLocal: Bool

    private static let second: UInt64 = 1_000_000_000

    /// Nanoseconds since 1970 as text, to the millisecond; a dash for none.
    func callAsFunction(_ nanoseconds: UInt64?) -> String {
        guard let nanoseconds, nanoseconds > 0 else { return "-" }
        return exact(nanoseconds / 1_000_000 * 1_000_000)
    }

    /// To the second, for people.
    func toTheSecond(_ nanoseconds: UInt64) -> String { exact(nanoseconds / Self.second * Self.second) }

    /// To the nanosecond.
    func exact(_ nanoseconds: UInt64) -> String {
        guard isLocal else { return Timestamp.text(nanosecondsSince1970: nanoseconds) }
        let date = Date(timeIntervalSince1970: Double(nanoseconds / Self.second))
        // An offset has no seconds.
        let minutes = TimeZone.current.secondsFromGMT(for: date) / 60
        let shift = UInt64(abs(minutes)) * 60 * Self.second
        let shown = minutes < 0 ? nanoseconds - min(nanoseconds, shift) : nanoseconds + min(.max - nanoseconds, shift)
        let text = Timestamp.text(nanosecondsSince1970: shown)
        guard minutes != 0 else { return text }
        let (hour, minute) = (abs(minutes) / 60, abs(minutes) % 60)
        return text.dropLast() + String(format: "%@%02d:%02d", minutes < 0 ? "-" : "+", hour, minute)
    }
}
