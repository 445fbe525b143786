import Testing

@testable import GridlogServer

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:00 GMT.
    private let now: UInt64 = 784_111_740 * 1_000_000_000

    @Test(arguments: [
        ("0", 0), ("120", 120), ("31536000", 31_536_000), ("99999999999999999999999", 31_536_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
        ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("Mon, 07 Nov 1994 08:49:00 GMT", 86_400),
        ("Wed, 01 Jan 2500 00:00:00 GMT", 31_536_000),
    ])
    func secondsAndDatesAreRead(_ text: String, _ seconds: Int) {
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }

    @Test func waitsAreNeverShort() {
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:49:37 GMT", now: now + 1) == 37)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:49:37 GMT", now: now + 999_999_999) == 37)
    }

    @Test(arguments: [
        "", "-1", "+1", "1.5", "soon", "1 minute", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nob 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "a b c d e",
        "a b c d e GMT",
    ])
    func everythingElseIsNone(_ text: String) {
        #expect(RetryAfter.seconds(text, now: now) == nil)
    }
}
