import Testing

@testable import GridlogCLI

struct DeadLetterEntryTests {
    private func event(in text: String) -> String {
        String(decoding: DeadLetterEntry.event(in: Array(text.utf8)[...]), as: UTF8.self)
    }

    @Test func theEventOfAnEntryIsPublishedAndNotTheEntry() {
        let json = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"event":{"a":[1,"}"]}}}"#
        let entry = #"{"deadLetterProperties":{"deadletterreason":"x"},"customDeliveryProperties":{},"event":\#(json)}"#
        #expect(event(in: entry) == json)
    }

    @Test func anEventStaysAsItIs() {
        for json in [#"{"specversion":"1.0","event":{}}"#, #"{"id":"deadLetterProperties"}"#] {
            #expect(event(in: json) == json)
        }
    }
}
