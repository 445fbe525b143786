import Testing

@testable import GridlogCLI

@Suite struct EventSplitterTests {
    private func split(_ text: String, chunk: Int = .max) throws -> [String] {
        var splitter = EventSplitter()
        var events: [String] = []
        var rest = Array(text.utf8)[...]
        repeat {
            splitter.append(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
            while let event = try splitter.next() { events.append(String(decoding: event, as: UTF8.self)) }
        } while !rest.isEmpty
        try splitter.finish()
        return events
    }

    @Test(arguments: [
        (#"{"a":1}"#, [#"{"a":1}"#]),
        ("{\n  \"a\": 1\n}\n", ["{\n  \"a\": 1\n}"]),
        ("{\"a\":1.10}\n{\"b\":2}\r\n\n", [#"{"a":1.10}"#, #"{"b":2}"#]),
        (#" [ {"a":"]"} , {"b":"\"}"} ] "#, [#"{"a":"]"}"#, #"{"b":"\"}"}"#]),
        ("[]", []), ("", []), (" \n", []),
        ("[{}]\n{}\n[{},{}]", ["{}", "{}", "{}", "{}"]),
    ])
    func formsAreSplitAndBytesKept(_ input: String, _ events: [String]) throws {
        #expect(try split(input) == events)
        for chunk in 1...5 { #expect(try split(input, chunk: chunk) == events) }
    }

    @Test(arguments: [
        ("[1]", "byte 1 of"), ("hello", "byte 0 of"), ("{} x", "byte 3 of"), ("[{} {}]", "byte 4 of"),
        ("[{},]", "byte 4 of"), ("[,{}]", "byte 1 of"), ("]", "byte 0 of"), ("[[{}]]", "byte 1 of"),
        ("[{}", "inside an array"), ("[{},", "inside an array"), (" {\"a\":\"}", "begins at byte 1"),
    ])
    func somethingElseThanAnEventIsNamedByItsByte(_ input: String, _ expected: String) {
        for chunk in [1, 2, .max] {
            let failure = #expect(throws: CommandFailure.self) { try split(input, chunk: chunk) }
            #expect(failure?.status == .badData)
            #expect(failure?.message.contains(expected) == true, "\(failure?.message ?? "")")
        }
    }

    @Test func eventAboveTheLimitIsRefusedBeforeItsEnd() {
        var splitter = EventSplitter()
        splitter.append(Array("{\"a\":\"".utf8) + Array(repeating: UInt8(ascii: "x"), count: PublishLimits.bytes))
        #expect(throws: CommandFailure.self) { _ = try splitter.next() }
    }

    @Test func eventOfExactlyTheLimitIsTaken() throws {
        let padding = String(repeating: "x", count: PublishLimits.bytes - 8)
        let event = "{\"a\":\"\(padding)\"}"
        #expect(event.utf8.count == PublishLimits.bytes)
        #expect(try split(event, chunk: 100_000) == [event])
    }
}
