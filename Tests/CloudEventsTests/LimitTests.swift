import CloudEvents
import Testing

/// Decisions 4 and 6: depth, size and number of events.
@Suite struct LimitTests {
    private func nested(_ levels: Int, open: String = "[", inner: String = "", close: String = "]") -> String {
        String(repeating: open, count: levels) + inner + String(repeating: close, count: levels)
    }

    @Test func depthOf64IsAcceptedAnd65IsRefused() {
        for (open, inner, close) in [("[", "", "]"), ("{\"a\":", "1", "}"), ("[", "1", "]")] {
            #expect(scan(eventText("\"data\":" + nested(63, open: open, inner: inner, close: close))).isAccepted)
            let error = scan(eventText("\"data\":" + nested(64, open: open, inner: inner, close: close))).error
            #expect(error?.code == .brokenJSON)
            #expect(error?.message.contains("64 levels") == true)
        }
    }

    @Test func arrayOfABatchDoesNotCountAsALevel() {
        #expect(scan("[" + eventText("\"data\":" + nested(63)) + "]").isAccepted)
        #expect(scan("[" + eventText("\"data\":" + nested(64)) + "]").code == .brokenJSON)
        #expect(scan("[" + nested(64) + "]").code == .notAnEvent)
        #expect(scan("[" + nested(65) + "]").code == .brokenJSON)
    }

    @Test func depthOfBinaryModeDataIsThatOfTheEvent() throws {
        let headers = [
            (name: "ce-id", value: "1"), (name: "ce-source", value: "/s"), (name: "ce-type", value: "t"),
            (name: "ce-specversion", value: "1.0"), (name: "content-type", value: "application/json"),
        ]
        let allowed = Array(nested(63).utf8)
        #expect(try !HTTPBinding.structuredEvent(headers: headers, body: allowed).isEmpty)
        let tooDeep = Array(nested(64).utf8)
        #expect(throws: EventError.self) {
            try HTTPBinding.structuredEvent(headers: headers, body: tooDeep)
        }
    }

    @Test func smallerDepthIsKept() {
        var limits = EventLimits()
        limits.depthMax = 2
        #expect(scan(eventText("\"data\":[1]"), limits: limits).isAccepted)
        #expect(scan(eventText("\"data\":[[1]]"), limits: limits).code == .brokenJSON)
        limits.depthMax = 1
        #expect(scan(eventText("\"data\":1"), limits: limits).isAccepted)
        #expect(scan(eventText("\"data\":[]"), limits: limits).code == .brokenJSON)
        limits.depthMax = 1_000
        #expect(scan(eventText("\"data\":" + nested(64)), limits: limits).code == .brokenJSON)
    }

    @Test func eventOfExactlyTheLargestSizeIsAccepted() {
        let empty = eventText(#""data":"""#)
        let fill = EventLimits().eventBytesMax - empty.utf8.count
        let largest = eventText("\"data\":\"\(String(repeating: "x", count: fill))\"")
        #expect(scan("[" + largest + "]").isAccepted)
        #expect(scan("  " + largest + "  ").isAccepted, "whitespace around it does not count")
        let error = scan("[\(eventText()),\(largest.replacing("\"}", with: "x\"}"))]").error
        #expect(error?.code == .eventTooLarge)
        #expect(error?.eventIndex == 1)
        #expect(error?.message.contains("1048576 bytes") == true)
    }

    @Test func thousandEventsAreAcceptedAndOneMoreIsRefused() throws {
        let thousand = Array(repeating: eventText(), count: 1_000).joined(separator: ",")
        #expect(try scan("[\(thousand)]").get().count == 1_000)
        let error = scan("[\(thousand),\(eventText())]").error
        #expect(error?.code == .tooManyEvents)
        #expect(error?.message.contains("1000 events") == true)
    }
}
