import CloudEvents
import Testing

/// What the sender of a bad body is told.
@Suite struct EventErrorTests {
    @Test func oneBadEventOfAHundredIsNamedByItsPosition() {
        var events = Array(repeating: eventText(), count: 100)
        events[37] = eventText(source: nil)
        let body = "[" + events.joined(separator: ",") + "]"
        let error = scan(body).error
        #expect(error?.code == .notAnEvent)
        #expect(error?.eventIndex == 37)
        #expect(error?.byteOffset == 1 + 37 * (eventText().utf8.count + 1))
        #expect(
            error?.message
                == "Event 37 of the batch (the first is event 0): the attribute 'source' is missing; every event needs it."
        )
        #expect(error?.description == error?.message)
    }

    @Test func brokenJSONIsNamedByItsByte() {
        let error = scan(#"{"id":"1",}"#).error
        #expect(error?.code == .brokenJSON)
        #expect(error?.byteOffset == 10)
        #expect(error?.eventIndex == nil)
        #expect(
            error?.message
                == "The body is not valid JSON: at byte 10, a member name in double quotes is expected.")
    }

    @Test func brokenJSONInABatchIsNamedByItsEventToo() {
        let first = eventText()
        let error = scan("[\(first),{\"id\":tru}]").error
        #expect(error?.byteOffset == first.utf8.count + 8)
        #expect(error?.eventIndex == 1)
        #expect(error?.message.contains("in event 1 of the batch, the first being 0") == true)
    }

    @Test(
        arguments: [
            ("", 0, "there is nothing"), ("   ", 3, "there is nothing"), ("\u{FEFF}{}", 0, "byte order mark"),
            ("[1", 2, "but the text ends"), ("[] x", 3, "after the end"),
            ("[\"\\x\"]", 2, "escape that does not exist"),
            ("[\"a\u{1}\"]", 3, "raw control character"), ("[\"a", 3, "not closed"), ("[01]", 1, "number is malformed"),
            ("[nil]", 1, "only true, false and null"), ("{\"a\"1}", 4, "colon"), ("{1:2}", 1, "name in double quotes"),
            ("[1}", 2, "comma or ]"), ("{\"a\":[1}", 7, "comma or the closing bracket"),
            ("[1,]", 3, "value is expected"),
        ])
    func placeAndReasonOfBrokenJSONAreTold(body: String, offset: Int, words: String) {
        let error = scan(body).error
        #expect(error?.code == .brokenJSON)
        #expect(error?.byteOffset == offset)
        #expect(error?.message.contains("at byte \(offset)") == true)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func invalidUTF8IsNamedByItsByte() {
        let error = scan(Array("[\"ab".utf8) + [0xFF] + Array("\"]".utf8)).error
        #expect(error?.byteOffset == 4)
        #expect(error?.message.contains("UTF-8") == true)
    }

    @Test func badValueIsNamedByItsPlace() {
        let error = scan(#"{"time":"now"}"#).error
        #expect(error?.byteOffset == 9)
        #expect(error?.message.contains("2026-01-02T03:04:05Z") == true)
    }

    @Test func longOrBrokenNameIsCutInTheMessage() {
        let error = scan("{\"\(String(repeating: "A", count: 5_000))\":1}").error
        #expect((error?.message.utf8.count ?? 0) < 250)
        #expect(error?.message.contains("AAA…") == true)
    }

    @Test func messagesAreOneLine() {
        for body in ["{\"a\\nb\":1}", "{\"\u{2028}\":1}", "", "[{}]", "{\"a\nb\":1}"] {
            #expect(scan(body).error?.message.contains("\n") == false)
        }
    }
}
