import ArgumentParser
import GridlogServer
import Testing

@testable import GridlogCLI

@Suite struct ServeOptionsTests {
    private func addresses(_ arguments: [String], _ environment: [String: String] = [:]) throws -> AddressPolicy {
        try ServeOptions.parse(arguments).configuration(environment: environment).webhookAddresses
    }

    @Test func webhooksAreAtPublicAddressesUnlessOthersAreNamed() throws {
        #expect(try addresses([]) == AddressPolicy())
        let both = [try AddressRange("10.0.0.0/8"), try AddressRange("::1")]
        #expect(
            try addresses(["--allow-webhook-to", "10.0.0.0/8", "--allow-webhook-to", "::1"])
                == AddressPolicy(allowed: both))
        #expect(try addresses(["--allow-private-webhooks"]) == AddressPolicy(allowsPrivate: true))
    }

    @Test func optionsComeBeforeTheEnvironment() throws {
        let environment = ["GRIDLOG_ALLOW_WEBHOOK_TO": "10.0.0.0/8, ::1", "GRIDLOG_ALLOW_PRIVATE_WEBHOOKS": "true"]
        let both = [try AddressRange("10.0.0.0/8"), try AddressRange("::1")]
        #expect(try addresses([], environment) == AddressPolicy(allowed: both, allowsPrivate: true))
        #expect(
            try addresses(["--allow-webhook-to", "127.0.0.1"], environment)
                == AddressPolicy(allowed: [AddressRange("127.0.0.1")], allowsPrivate: true))
        #expect(try addresses([], ["GRIDLOG_ALLOW_WEBHOOK_TO": ""]) == AddressPolicy())
    }

    @Test(arguments: [
        ("GRIDLOG_ALLOW_WEBHOOK_TO", "localhost"), ("GRIDLOG_ALLOW_WEBHOOK_TO", "10.0.0.0/8,x"),
        ("GRIDLOG_ALLOW_PRIVATE_WEBHOOKS", "yes"),
    ])
    func aVariableThatCannotBeUsedIsNamed(_ name: String, _ value: String) {
        let error = #expect(throws: ValidationError.self) { try addresses([], [name: value]) }
        #expect(error?.message.contains(name) == true)
    }
}
