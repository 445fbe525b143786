/// A duration of fixed length in the form of ISO 8601: `P7D`, `P1DT2H`, `PT1M`, `P1W`. Whole seconds; years and months
/// have no fixed length and are refused, fractions too.
struct ISO8601Duration: Equatable {
    /// 0 or more.
    let seconds: Int

    private typealias Unit = (letter: Character, seconds: Int)

    private static let secondsPerWeek = 7 * secondsPerDay
    private static let secondsPerDay = 24 * secondsPerHour
    private static let secondsPerHour = 60 * secondsPerMinute
    private static let secondsPerMinute = 60

    init(seconds: Int) {
        self.seconds = max(0, seconds)
    }

    /// Nil when the text has another form, or the duration does not fit an `Int`.
    init?(_ text: String) {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let date = parts.first, date.first == "P" else { return nil }
        let days: [Unit] = [("W", Self.secondsPerWeek), ("D", Self.secondsPerDay)]
        guard var total = Self.sum(date.dropFirst(), units: days) else { return nil }
        if parts.count == 2 {
            let times: [Unit] = [("H", Self.secondsPerHour), ("M", Self.secondsPerMinute), ("S", 1)]
            guard !parts[1].isEmpty, let time = Self.sum(parts[1], units: times) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(time)
            if overflow { return nil }
            total = sum
        } else if date.count == 1 {
            return nil
        }
        seconds = total
    }

    /// The seconds of numbers with units, which must come in this order, each at most once.
    private static func sum(_ text: Substring, units: [Unit]) -> Int? {
        var rest = text
        var total = 0
        for (letter, seconds) in units {
            let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
            guard !digits.isEmpty, rest.dropFirst(digits.count).first == letter else { continue }
            guard let number = Int(digits) else { return nil }
            let (product, tooLong) = number.multipliedReportingOverflow(by: seconds)
            let (sum, overflow) = total.addingReportingOverflow(product)
            if tooLong || overflow { return nil }
            total = sum
            rest = rest.dropFirst(digits.count + 1)
        }
        return rest.isEmpty ? total : nil
    }

    /// The shortest text in days, hours, minutes and seconds.
    var text: String {
        let date = seconds >= Self.secondsPerDay ? "\(seconds / Self.secondsPerDay)D" : ""
        var time = ""
        let hours = seconds % Self.secondsPerDay / Self.secondsPerHour
        let minutes = seconds % Self.secondsPerHour / Self.secondsPerMinute
        let rest = seconds % Self.secondsPerMinute
        if hours > 0 { time += "\(hours)H" }
        if minutes > 0 { time += "\(minutes)M" }
        if rest > 0 || seconds == 0 { time += "\(rest)S" }
        return "P" + date + (time.isEmpty ? "" : "T" + time)
    }
}
