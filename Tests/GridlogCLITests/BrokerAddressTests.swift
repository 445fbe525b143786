import Testing

@testable import GridlogCLI

@Suite struct BrokerAddressTests {
    @Test func namesAreSinglePercentEncodedSegments() throws {
        let address = try BrokerAddress("http://127.0.0.1:6500")
        #expect(
            address.url(path: ["topics", "to p/1é"], verb: "publish", query: [("a", "b c"), ("d", "e")])
                == "http://127.0.0.1:6500/topics/to%20p%2F1%C3%A9:publish?a=b%20c&d=e")
    }

    @Test func pathPrefixIsKept() throws {
        for text in ["http://h:1/ns1", "http://h:1/ns1/", "HTTP://h:1/ns1//"] {
            #expect(try BrokerAddress(text).url(path: ["topics"]) == "http://h:1/ns1/topics")
        }
        #expect(try BrokerAddress("https://[::1]:6500/").url(path: ["topics"]) == "https://[::1]:6500/topics")
    }

    @Test(arguments: [
        "", "x", "localhost:6500", "ftp://h", "http://", "http://h?x=1", "http://u:p@h", "http://h:99999999",
    ])
    func whatIsNoServerIsRefused(_ text: String) {
        let failure = #expect(throws: CommandFailure.self) { try BrokerAddress(text) }
        #expect(failure?.status == .usage)
    }

    @Test func nextLinkStaysOnTheServer() throws {
        let address = try BrokerAddress("http://h:1/ns1")
        #expect(address.url(following: "http://evil/ns1/topics?from=a%20b") == "http://h:1/ns1/topics?from=a%20b")
        #expect(address.url(following: "/topics?from=2") == "http://h:1/topics?from=2")
        #expect(address.url(following: "topics") == nil)
    }
}
