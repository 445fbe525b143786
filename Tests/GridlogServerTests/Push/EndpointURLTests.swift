import AsyncHTTPClient
import Foundation
import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct EndpointURLTests {
    private func url(_ text: String) throws(ErrorAnswer) -> EndpointURL {
        try EndpointURL(text, addresses: AddressPolicy())
    }

    @Test(arguments: [
        ("https://example.com", "example.com", 443), ("http://example.com/", "example.com", 80),
        ("HTTPS://example.com:8443/a/b?c=d", "example.com", 8_443), ("https://u:p@example.com?x", "example.com", 443),
        ("https://8.8.8.8/", "8.8.8.8", 443), ("https://[2606:4700::1111]:444/", "[2606:4700::1111]", 444),
        ("https://example.com:65535/@:?@", "example.com", 65_535), ("https://a@b@example.com/", "example.com", 443),
    ])
    func endpointsAreRead(_ text: String, _ host: String, _ port: Int) throws {
        let endpoint = try url(text)
        #expect(endpoint.request.host == host)
        #expect(endpoint.request.port == port)
        #expect(endpoint.request.method == .POST)
        #expect(endpoint.options.method == .OPTIONS)
    }

    @Test(arguments: [
        ("https://user:pass@example.com/", "Basic dXNlcjpwYXNz"), ("https://user@example.com/", "Basic dXNlcjo="),
        ("https://a%40b:c%3Ad@example.com/", "Basic YUBiOmM6ZA=="), ("https://:p@example.com", "Basic OnA="),
    ])
    func userInformationBecomesCredentials(_ text: String, _ value: String) throws {
        let endpoint = try url(text)
        #expect(endpoint.authorization == value)
        #expect(!endpoint.request.url.absoluteString.contains("@"))
    }

    @Test(arguments: [
        ("", "must begin with https:// or http://"), ("example.com/a", "must begin with https:// or http://"),
        ("ftp://example.com/", "must begin with https:// or http://"),
        ("http+unix://%2Frun%2Fdocker.sock/", "must begin with https:// or http://"),
        ("unix:///run/docker.sock", "must begin with https:// or http://"),
        ("https:/a", "must begin with https:// or http://"),
        ("https://", "must have a host"), ("https:///path", "must have a host"), ("https://:443/", "must have a host"),
        ("https://u:p@/secret", "must have a host"), ("https://?secret", "must have a host"),
        ("https://example.com:0/", "must have a port from 1 to 65535"),
        ("https://example.com:65536/", "must have a port from 1 to 65535"),
        ("https://example.com:/", "must have a port from 1 to 65535"),
        ("https://example.com:+1/", "must have a port from 1 to"),
        ("https://example.com:8a/", "must have a port from 1 to 65535"),
        ("https://a:1:2/", "must have a port from 1 to 65535"),
        ("https://[::1]x/", "must have a port"),
        ("https://[127.0.0.1]/", "must have an IPv6 address between the brackets"),
        ("https://[fe80::1%25eth0]/", "must have an IPv6 address"), ("https://[::1/", "a name or an address"),
        ("https://127.0.0.%31/", "a name or an address"), ("https://example.com/#part", "must have no fragment"),
        ("https://example.com/a b", "must have no spaces"), ("https://example.com/\t", "must have no spaces"),
        ("https://example.com/\r\nHost: x", "must have no spaces"),
        ("https://example.com/\u{7F}", "must have no spaces"),
        ("https://example.com/\u{A0}", "must have no spaces"), ("https://good\\@evil/", "must have no spaces"),
        ("https://%ff:secret@example.com/", "not percent-encoded UTF-8"),
        ("https://a:secret%@example.com", "not percent-encoded"),
    ])
    func everythingElseIsRefusedWithoutItsSecrets(_ text: String, _ reason: String) throws {
        let refusal = #expect(throws: ErrorAnswer.self) { try url(text) }
        #expect(refusal?.code == .badRequest)
        #expect(refusal?.message.hasPrefix("The endpoint URL ") == true)
        #expect(refusal?.message.contains(reason) == true, "\(refusal?.message ?? "")")
        #expect(refusal?.message.contains("secret") == false)
    }

    @Test func lengthIsLimited() throws {
        let start = "https://example.com/"
        _ = try url(start + String(repeating: "a", count: 2_048 - start.count))
        let refusal = #expect(throws: ErrorAnswer.self) {
            try url(start + String(repeating: "a", count: 2_049 - start.count))
        }
        #expect(refusal?.message == "The endpoint URL must have at most 2048 characters.")
    }

    @Test(arguments: [
        "http://127.0.0.1/", "http://127.0.0.1:8080/a?b", "https://[::1]/", "http://2130706433/", "http://0177.0.0.1/",
        "http://0x7f.1/", "http://127.1/", "http://u:p@169.254.169.254/latest", "http://[::ffff:127.0.0.1]/",
        "http://0/",
        "http://10.0.0.1/", "http://[fd00::1]/", "http://192.168.257/",
    ])
    func forbiddenAddressesAreRefusedWithTheWayOut(_ text: String) throws {
        let refusal = #expect(throws: ErrorAnswer.self) { try url(text) }
        #expect(refusal == .some(EndpointURL.forbidden))
        #expect(refusal?.message.contains("gridlog serve --allow-webhook-to") == true)
    }

    @Test func listedAddressesAreAccepted() throws {
        let policy = AddressPolicy(allowed: [try AddressRange("127.0.0.0/8")])
        for text in ["http://127.0.0.1:1/", "http://127.1/", "http://2130706433/"] {
            _ = try EndpointURL(text, addresses: policy)
        }
    }
}
