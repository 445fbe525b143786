import CloudEvents
import Testing

/// Decision 1, and the lenient forms of contract 1.4.
@Suite struct TimestampTests {
    static let valid = [
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.1234567Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9+23:59", "2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.0-11:30",
        "2024-02-29T00:00:00Z",
        "2000-02-29T00:00:00Z", "2026-04-30T00:00:00Z", "2026-01-02T03:04:05.12345678901234567890Z",
    ]

    static let invalid = [
        "", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-01-02t03:04:05Z",
        "2026-01-02T03:04:05z", "2026-01-02T03:04Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05,1Z",
        "2026-01-02T03:04:60Z", "2026-01-02T03:60:05Z", "2026-01-02T24:00:00Z", "0000-01-01T00:00:00Z",
        "2026-00-02T03:04:05Z", "2026-13-02T03:04:05Z", "2026-01-00T03:04:05Z", "2026-01-32T03:04:05Z",
        "2026-04-31T03:04:05Z", "2026-02-29T03:04:05Z", "1900-02-29T03:04:05Z", "2026-02-30T03:04:05Z",
        "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+01", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05ZZ", "2026-01-02T03:04:05+01:00Z", " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z ", "+2026-01-02T03:04:05Z", "12026-01-02T03:04:05Z", "2026-1-2T03:04:05Z",
        "２026-01-02T03:04:05Z", "2026-01-02T03:04:0５Z", "yesterday",
    ]

    @Test(arguments: valid)
    func timestampOfRFC3339IsAccepted(text: String) {
        #expect(Timestamp.isValid(text))
        #expect(Timestamp.normalized(text) == text)
        #expect(scan(eventText("\"time\":\"\(text)\"")).isAccepted)
    }

    @Test(arguments: invalid)
    func textThatIsNoTimestampIsRefused(text: String) {
        #expect(!Timestamp.isValid(text))
        #expect(scan(eventText("\"time\":\"\(text)\"")).error?.message.contains("'time'") == true)
    }

    @Test func everyDayOfTheCalendarIsKnown() {
        let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for year in [1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999] {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                let last = days[month - 1] + (month == 2 && isLeap ? 1 : 0)
                for day in 0...32 {
                    func padded(_ value: Int, _ width: Int) -> String {
                        String(repeating: "0", count: width - String(value).count) + String(value)
                    }
                    let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T00:00:00Z"
                    #expect(Timestamp.isValid(text) == (1...last).contains(day))
                }
            }
        }
    }

    @Test func escapesInATimestampAreRead() {
        #expect(scan(eventText(#""time":"2026-01-02T03:04:05\u005a""#)).isAccepted)
        #expect(scan(eventText(#""time":"2026-01-02T03:04:05\u007a""#)).code == .notAnEvent)
    }

    @Test(
        arguments: [
            ("2026-01-02 03:04:05.678901+00:00", "2026-01-02T03:04:05.678901+00:00"),
            ("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"), ("2026-01-02 03:04:05Z", "2026-01-02T03:04:05Z"),
        ])
    func lenientFormIsNormalised(text: String, expected: String) {
        #expect(Timestamp.normalized(text) == expected)
    }

    @Test(arguments: ["", "2026-01-02 03:04:05", "2026-01-02  03:04:05Z", "2026-13-02 03:04:05Z", "z", "yesterday"])
    func otherTextIsNotNormalised(text: String) {
        #expect(Timestamp.normalized(text) == nil)
    }
}
