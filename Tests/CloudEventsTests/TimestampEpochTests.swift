import CloudEvents
import TestSupport
import Testing

@Suite struct TimestampEpochTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000000001Z", 1),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000_000), ("2026-01-31T10:00:00+01:00", 1_769_850_000_000_000_000),
            ("2026-01-31T04:30:00.5-04:30", 1_769_850_000_500_000_000),
            ("2100-03-01T00:00:00.1234567899Z", 4_107_542_400_123_456_789), ("1900-03-01T00:00:00Z", nil),
            ("2026-02-30T00:00:00Z", nil), ("2554-07-21T23:34:33.709551615Z", .max),
            ("2554-07-21T23:34:33.709551616Z", nil), ("9999-12-31T23:59:59Z", nil),
            ("now", nil), ("", nil),
        ] as [(String, UInt64?)])
    func nanosecondsSince1970(_ text: String, _ expected: UInt64?) {
        #expect(Timestamp.nanosecondsSince1970(text) == expected)
    }

    @Test func textAndNumberAreTheSamePointInTime() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<10_000 {
            let time = random.next() % 10_000_000_000_000_000_000
            let text = Timestamp.text(nanosecondsSince1970: time)
            #expect(Timestamp.isValid(text))
            #expect(Timestamp.nanosecondsSince1970(text) == time)
        }
        #expect(Timestamp.text(nanosecondsSince1970: 1_769_850_000_500_000_000) == "2026-01-31T09:00:00.500Z")
    }
}
