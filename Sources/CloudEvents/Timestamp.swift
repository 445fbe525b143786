/// Points in time as text (RFC 3339), the type of the attribute `time`.
public enum Timestamp {
    /// True for `2026-01-02T03:04:05.678901Z` and the like: upper-case `T`, `Z` or a numeric offset, a real date from
    /// year 0001 to 9999, seconds 00 to 59, any number of fraction digits.
    public static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isValid(ByteReader(bytes.span))
    }

    /// The timestamp in the form that `isValid` accepts, or nil if it is none.
    ///
    /// Taken from a header, a space or a lower-case `t` may stand for `T` and a lower-case `z` for `Z`, as some
    /// producers send it: `2026-01-02 03:04:05.678901+00:00`.
    public static func normalized(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        if bytes.count > 10, bytes[10] == ASCII.space || bytes[10] == 0x74 { bytes[10] = 0x54 }
        if bytes.last == ASCII.z { bytes[bytes.count - 1] = 0x5A }
        guard isValid(ByteReader(bytes.span)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isValid(_ text: borrowing ByteReader) -> Bool {
        guard
            let century = twoDigits(text, 0), let yearOfCentury = twoDigits(text, 2), text[4] == ASCII.minus,
            let month = twoDigits(text, 5), text[7] == ASCII.minus, let day = twoDigits(text, 8), text[10] == 0x54,
            let hour = twoDigits(text, 11), text[13] == ASCII.colon,
            let minute = twoDigits(text, 14), text[16] == ASCII.colon, let second = twoDigits(text, 17)
        else { return false }
        let year = century * 100 + yearOfCentury
        guard year >= 1, day >= 1, day <= daysIn(month: month, year: year), hour < 24, minute < 60, second < 60 else {
            return false
        }
        var index = 19
        if text[index] == ASCII.period {
            let fraction = index + 1
            index = fraction
            while ASCII.isDigit(text[index]) { index += 1 }
            guard index > fraction else { return false }
        }
        switch text[index] {
        case 0x5A: return index + 1 == text.count
        case ASCII.plus, ASCII.minus:
            guard
                let offsetHour = twoDigits(text, index + 1), offsetHour < 24, text[index + 3] == ASCII.colon,
                let offsetMinute = twoDigits(text, index + 4), offsetMinute < 60
            else { return false }
            return index + 6 == text.count
        default: return false
        }
    }

    @inline(__always)
    private static func twoDigits(_ text: borrowing ByteReader, _ index: Int) -> Int? {
        let tens = text[index] &- ASCII.zero
        let ones = text[index + 1] &- ASCII.zero
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
    }

    /// 0 for a month that does not exist.
    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }
}
