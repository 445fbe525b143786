import CloudEvents
import Testing

/// All 318 files of the JSON parsing test suite, as an event's data and as a whole body.
@Suite struct JSONTestSuiteTests {
    @Test func everyFileOfTheSuiteIsThere() throws {
        #expect(try JSONTestSuite.files(.accept).count == 95)
        #expect(try JSONTestSuite.files(.refuse).count == 188)
        #expect(try JSONTestSuite.files(.either).count == 35)
    }

    @Test func validFilesAreAcceptedAsDataAndKeptByteForByte() throws {
        for file in try JSONTestSuite.files(.accept) {
            let body = Self.asData(file)
            #expect(scan(body).isAccepted, "\(file.name): \(scan(body).error?.message ?? "")")
            let expected = Self.withoutOuterWhitespace(file.content)
            #expect(try CloudEvent(json: body).data == .json(expected), "\(file.name)")
        }
    }

    @Test func brokenFilesAreRefusedAsData() throws {
        for file in try JSONTestSuite.files(.refuse) {
            #expect(scan(Self.asData(file)).code == .brokenJSON, "\(file.name)")
        }
    }

    @Test func brokenFilesAreRefusedAsBinaryModeData() throws {
        for file in try JSONTestSuite.files(.refuse) where !file.content.isEmpty {
            #expect(throws: EventError.self, "\(file.name)") {
                try HTTPBinding.structuredEvent(headers: binaryHeaders, body: file.content)
            }
        }
    }

    @Test func brokenFilesAreRefusedAsBodyBecauseTheJSONIsBroken() throws {
        for file in try JSONTestSuite.files(.refuse) {
            #expect(scan(file.content).code == .brokenJSON, "\(file.name)")
        }
    }

    @Test func validFilesAreRefusedAsBodyOnlyForNotBeingEvents() throws {
        for file in try JSONTestSuite.files(.accept) {
            let result = scan(file.content)
            if result.isAccepted {
                #expect(Self.withoutWhitespace(file.content) == Array("[]".utf8), "\(file.name)")
            } else {
                #expect(result.code == .notAnEvent, "\(file.name): \(result.error?.message ?? "")")
            }
        }
    }

    @Test func openFilesAreAcceptedOrRefusedAndNeverTrap() throws {
        for file in try JSONTestSuite.files(.either) {
            let asBody = scan(file.content).code
            #expect(asBody == .brokenJSON || asBody == .notAnEvent, "\(file.name)")
            let asData = scan(Self.asData(file)).code
            #expect(asData == .brokenJSON || asData == nil, "\(file.name)")
        }
    }

    @Test func hugeNumbersAndLoneSurrogateEscapesAreKeptInData() throws {
        for file in try JSONTestSuite.files(.either)
        where file.name.contains("number") || (file.name.contains("surrogate") && !file.name.contains("UTF8")) {
            #expect(scan(Self.asData(file)).isAccepted, "\(file.name)")
        }
    }

    private let binaryHeaders = [
        (name: "ce-id", value: "1"), (name: "ce-source", value: "/s"), (name: "ce-type", value: "t"),
        (name: "ce-specversion", value: "1.0"), (name: "content-type", value: "application/json"),
    ]

    private static func asData(_ file: JSONTestSuite.File) -> [UInt8] {
        Array(#"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"#.utf8) + file.content + Array("}".utf8)
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func withoutWhitespace(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { !isWhitespace($0) } }

    private static func withoutOuterWhitespace(_ bytes: [UInt8]) -> [UInt8] {
        let start = bytes.firstIndex { !isWhitespace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isWhitespace($0) } ?? start
        return Array(bytes[start...end])
    }
}
