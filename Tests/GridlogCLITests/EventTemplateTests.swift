import ArgumentParser
import Foundation
import Testing

@testable import GridlogCLI

@Suite struct EventTemplateTests {
    private let instant = Date(timeIntervalSince1970: 1_767_323_045.5)

    private func event(_ arguments: [String]) throws -> String? {
        let template = try EventTemplate.parse(arguments)
        return template.event(randomID: "random", now: instant).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func typeAloneMakesAWholeEvent() throws {
        let expected = #"{"specversion":"1.0","type":"a.b","source":"gridlog","id":"random","#
        #expect(try event(["--type", "a.b"]) == expected + #""time":"2026-01-02T03:04:05.500Z"}"#)
    }

    @Test func jsonDataStaysAsItWasTyped() throws {
        let made = try #require(try event(["--type", "t", "--data", "{\"n\": 1.10}"]))
        #expect(made.hasSuffix(#""datacontenttype":"application/json","data":{"n": 1.10}}"#))
    }

    @Test func otherDataBecomesText() throws {
        let made = try #require(
            try event(["--type", "t", "--id", "7", "--source", "/s", "--subject", "é\"", "--data", "{n"]))
        #expect(made.contains(#""source":"/s","id":"7""#))
        #expect(made.hasSuffix(#""subject":"é\"","datacontenttype":"text/plain","data":"{n"}"#))
    }

    @Test func withoutATypeThereIsNoEvent() throws {
        #expect(try event([]) == nil)
    }
}
