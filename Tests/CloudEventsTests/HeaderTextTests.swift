import CloudEvents
import Testing

/// The coding of attribute values in headers: HTTP binding 3.1.3.2, and the leniencies of contract 1.4.
@Suite struct HeaderTextTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("café \"x\"", "caf%C3%A9%20%22x%22"), ("50%", "50%25"), ("€", "%E2%82%AC"),
            ("😀", "%F0%9F%98%80"), ("a+b", "a+b"), ("\u{7F}~!", "%7F~!"), ("", ""), ("a\tb", "a%09b"),
        ])
    func textIsEncodedAndReadBack(text: String, header: String) {
        #expect(HeaderText.encode(text) == header)
        #expect(HeaderText.decode(header) == text)
    }

    @Test(
        arguments: [
            ("caf%c3%a9", "café"), ("%41%6a", "Aj"), ("t \"q\"%", "t \"q\"%"), ("100%", "100%"), ("%4", "%4"),
            ("%zz", "%zz"),
            ("%%41", "%A"), ("%2541", "%41"), ("a b", "a b"), ("é", "é"), ("\"quoted\"", "quoted"),
            ("\"a\\\"b\"", "a\"b"),
            ("\"a%20b\"", "a b"), ("\"", "\""), ("\"a", "\"a"), ("a\"", "a\""), ("\"a\" \"b\"", "\"a\" \"b\""),
            ("\"\"", ""),
            ("\"a\\\"", "\"a\\\""), ("\"%22\"", "\""), ("%22a%22", "\"a\""),
        ])
    func lenientHeaderIsRead(header: String, text: String) {
        #expect(HeaderText.decode(header) == text)
    }

    @Test(arguments: ["%FF", "%C3", "%ED%A0%80", "%C0%80", "a%E2%82", "%F4%90%80%80", "caf\u{FFFD}"])
    func headerThatIsNotUTF8IsRefused(header: String) {
        #expect(HeaderText.decode(header) == nil)
    }

    @Test func randomTextSurvivesTheRoundTrip() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let scalars = (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0...0x1_FFFF, using: &generator) >> UInt32.random(in: 0...12, using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let header = HeaderText.encode(text)
            #expect(header.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
            #expect(HeaderText.decode(header).map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
