extension Timestamp {
    /// Nanoseconds since 1970 of a timestamp; digits behind the ninth of a fraction are cut off.
    ///
    /// `nil` if the text is no valid timestamp (see ``isValid(_:)``), or lies before 1970 or after July 2554.
    public static func nanosecondsSince1970(_ text: String) -> UInt64? {
        guard isValid(text) else { return nil }
        let digits = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int {
            digits[range].reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
        }
        var index = 19
        var fraction = 0
        if digits[index] == ASCII.period {
            index += 1
            var scale = 100_000_000
            while ASCII.isDigit(digits[index]) {
                fraction += Int(digits[index] - ASCII.zero) * scale
                scale /= 10
                index += 1
            }
        }
        var seconds =
            days(year: number(0..<4), month: number(5..<7), day: number(8..<10)) * 86_400
            + number(11..<13) * 3_600 + number(14..<16) * 60 + number(17..<19)
        if digits[index] != 0x5A {
            let offset = number(index + 1..<index + 3) * 3_600 + number(index + 4..<index + 6) * 60
            seconds += digits[index] == ASCII.minus ? offset : -offset
        }
        guard seconds >= 0 else { return nil }
        let (whole, isTooLarge) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isPastTheEnd) = whole.addingReportingOverflow(UInt64(fraction))
        return isTooLarge || isPastTheEnd ? nil : sum
    }

    /// A point in time as text in UTC, with as many digits of a fraction as it needs, by threes.
    public static func text(nanosecondsSince1970 nanoseconds: UInt64) -> String {
        let seconds = Int(nanoseconds / 1_000_000_000)
        let (year, month, day) = date(days: seconds / 86_400)
        let time = seconds % 86_400
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
        text += "\(padded(time / 3_600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
        var fraction = padded(Int(nanoseconds % 1_000_000_000), 9)
        while fraction.hasSuffix("000") { fraction.removeLast(3) }
        return text + (fraction.isEmpty ? "Z" : ".\(fraction)Z")
    }

    /// Days since 1970 in the Gregorian calendar, counted from 1 March so that the leap day comes last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = era * 400 + yearOfEra
        return (month < 10 ? year : year + 1, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
    }
}
