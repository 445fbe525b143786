import Testing

@testable import GridlogServer

@Suite struct ISO8601DurationTests {
    @Test(arguments: [
        ("P7D", 604_800), ("P1DT2H", 93_600), ("PT1M", 60), ("PT90S", 90), ("P1W", 604_800), ("PT0S", 0),
        ("P1W2DT3H4M5S", 788_645), ("P0DT1H", 3_600),
    ])
    func durationsOfFixedLengthAreRead(_ text: String, _ seconds: Int) {
        #expect(ISO8601Duration(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "P", "PT", "P1DT", "1D", "P1", "PT1", "P1Y", "P1M", "PT1.5S", "P-1D", "-P1D", "PT1M1H", "P1DT1D", "PT1H1H",
        "P1D ", "p1d", "P1DT2H3", "PTT1S", "P99999999999999999999D", "P9223372036854775807D", "P١D",
    ])
    func everythingElseIsRefused(_ text: String) {
        #expect(ISO8601Duration(text) == nil)
    }

    @Test(arguments: [
        (0, "PT0S"), (60, "PT1M"), (93_600, "P1DT2H"), (604_800, "P7D"), (90_061, "P1DT1H1M1S"), (-1, "PT0S"),
    ])
    func theTextIsTheShortestOne(_ seconds: Int, _ text: String) {
        #expect(ISO8601Duration(seconds: seconds).text == text)
    }
}
