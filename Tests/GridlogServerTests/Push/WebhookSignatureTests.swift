import Testing

@testable import GridlogServer

@Suite struct WebhookSignatureTests {
    private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The example that Standard Webhooks publishes.
    @Test func publishedExampleIsSignedAsPublished() throws {
        let signature = try #require(WebhookSignature(secrets: [secret]))
        let value = signature.value(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func everySecretSigns() throws {
        let second = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
        let both = try #require(WebhookSignature(secrets: [secret, second]))
        let each = try [secret, second].map { try #require(WebhookSignature(secrets: [$0])) }
        let values = each.map { $0.value(id: "a", timestamp: 1, body: [1, 2]) }
        #expect(both.value(id: "a", timestamp: 1, body: [1, 2]) == values.joined(separator: " "))
        #expect(values[0] != values[1])
        #expect(values[0] != each[0].value(id: "a", timestamp: 2, body: [1, 2]))
        #expect(values[0] != each[0].value(id: "b", timestamp: 1, body: [1, 2]))
        #expect(values[0] != each[0].value(id: "a", timestamp: 1, body: [1, 3]))
    }

    @Test(arguments: [
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func whatIsNoSecretIsRefused(_ text: String) {
        #expect(WebhookSignature(secrets: [secret, text]) == nil)
    }
}
