import CloudEvents

/// The value of the header `Retry-After` (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The longest wait that is passed on, in seconds: a year.
    static let secondsMax = 365 * 86_400

    /// How long to wait from now, in seconds, at most ``secondsMax``; 0 for a time that is over, `nil` when the text is
    /// neither a number nor a date.
    /// - Parameter now: nanoseconds since 1970.
    static func seconds(_ text: some StringProtocol, now: UInt64) -> Int? {
        if !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            return min(Int(text) ?? secondsMax, secondsMax)
        }
        guard let time = date(text) else { return nil }
        guard time > now else { return 0 }
        return Int(min((time - now + 999_999_999) / 1_000_000_000, UInt64(secondsMax)))
    }

    /// A date in one of the three forms that HTTP knows (RFC 9110, section 5.6.7), in nanoseconds since 1970:
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: some StringProtocol) -> UInt64? {
        let parts = text.split(whereSeparator: { " ,-".contains($0) }).map { String($0) }
        switch parts.count {
        case 6 where parts[5] == "GMT": return time(year: parts[3], month: parts[2], day: parts[1], parts[4])
        case 5: return time(year: parts[4], month: parts[1], day: parts[2], parts[3])
        default: return nil
        }
    }

    private static func time(year: String, month: String, day: String, _ clock: String) -> UInt64? {
        guard let index = months.firstIndex(of: month) else { return nil }
        let century = year.utf8.count == 2 ? (year < "70" ? "20" : "19") : ""
        let number = String(100 + index + 1).dropFirst()
        let padding = day.utf8.count == 1 ? "0" : ""
        return Timestamp.nanosecondsSince1970("\(century)\(year)-\(number)-\(padding)\(day)T\(clock)Z")
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
