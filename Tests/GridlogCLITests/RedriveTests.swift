import ArgumentParser
import Testing

@testable import GridlogCLI

@Suite struct RedriveTests {
    @Test func theSelectionIsTheBody() throws {
        func selection(_ arguments: String...) throws -> JSONText {
            try RedriveCommand.parse(["orders", "billing"] + arguments).selection
        }
        #expect(try selection("--all") == JSONText(#"{"all":true}"#))
        #expect(
            try selection("--all", "--until", "2026-01-31T09:00:00Z")
                == JSONText(#"{"all":true,"until":"2026-01-31T09:00:00Z"}"#))
        #expect(try selection("--id", "a", "--id", "b\"") == JSONText(#"{"ids":["a","b\""]}"#))
    }

    @Test func countsAreToldInWords() {
        #expect(RedriveCommand.events(of: JSONText(#"{"count":0}"#)) == "0 events")
        #expect(RedriveCommand.events(of: JSONText(#"{"count":1}"#)) == "1 event")
        #expect(RedriveCommand.events(of: JSONText(#"{"count":12}"#)) == "12 events")
    }
}
