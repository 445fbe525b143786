import Gridlog
import Testing

@testable import GridlogServer

/// What is wrong with a push delivery, by name.
@Suite struct PushRefusalTests {
    private func read(_ body: String) throws -> SubscriptionSettings {
        try SubscriptionSettings(document: JSONMember(document: JSONValue(parsing: Array(body.utf8))), current: nil)
    }

    private func expectRefusal(
        _ body: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: ErrorAnswer.self, sourceLocation: sourceLocation) { try read(body) }
        #expect(error?.code == .badRequest, sourceLocation: sourceLocation)
        #expect(
            error?.message.contains(message) == true, "\(error?.message ?? "none")", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("", "push.destination' is missing"),
        (#""destination":{}"#, "destination.endpointType' is missing; it must be 'WebHook'"),
        (#""destination":{"endpointType":"EventHub","properties":{}}"#, "must be 'WebHook', not 'EventHub'"),
        (#""destination":{"endpointType":"WebHook"}"#, "properties.endpointUrl' is missing"),
        (#""destination":{"endpointType":"WebHook","propertys":{}}"#, "destination.propertys' is not known here"),
        (#""destination":{},"deliveryWithResourceIdentity":{}"#, "destination' cannot be set together with"),
        (#""deliveryWithResourceIdentity":{"identity":{}}"#, "deliveryWithResourceIdentity.destination' is missing"),
        (#""deliveryWithResourceIdentity":{"other":{}}"#, "deliveryWithResourceIdentity.other' is not known here"),
        (#""receiveLockDurationInSeconds":60"#, "push.receiveLockDurationInSeconds' is not known here"),
    ])
    func destination(_ push: String, _ message: String) {
        expectRefusal(PushBody.configuration(push), message)
    }

    @Test(arguments: [
        (#""endpointUrl":1"#, "endpointUrl' must be a string"),
        (#""maxEventsPerBatch":"1""#, "maxEventsPerBatch' must be a whole number"),
        (#""preferredBatchSizeInKilobytes":1.5"#, "preferredBatchSizeInKilobytes' must be a whole number"),
        (#""azureActiveDirectoryTenantId":"t""#, "azureActiveDirectoryTenantId' is not supported"),
        (#""azureActiveDirectoryApplicationIdOrUri":"u""#, "azureActiveDirectoryApplicationIdOrUri' is not supported"),
        (#""other":1"#, "properties.other' is not known here"),
    ])
    func webhook(_ member: String, _ message: String) {
        let url = member.hasPrefix(#""endpointUrl"#) ? "" : #""endpointUrl":"https://h/","#
        expectRefusal(PushBody.of(webhook: url + member), message)
    }

    @Test func azureMembersThatAreNullArePassedOver() throws {
        let body = PushBody.of(
            webhook: #"""
                "endpointUrl":"https://h/","azureActiveDirectoryTenantId":null,
                "azureActiveDirectoryApplicationIdOrUri":null,"maxEventsPerBatch":null
                """#,
            push: #""signingSecrets":null,"deadLetterDestinationWithResourceIdentity":null,"#)
        #expect(try read(body).push == PushSettings(endpointURL: "https://h/"))
    }

    @Test(arguments: [
        (#""retrySchedule":"basic""#, "retrySchedule' must be 'Namespace' or 'Basic', not 'basic'"),
        (#""eventTimeToLive":"1 day""#, "push.eventTimeToLive' must be an ISO 8601 duration"),
        (#""signingSecrets":"whsec_x""#, "signingSecrets' must be an array of strings"),
        (#""signingSecrets":["a","b","c"]"#, "signingSecrets' has 3 secrets; there may be 2"),
        (#""signingSecretCount":1"#, "signingSecrets' is missing"),
    ])
    func push(_ member: String, _ message: String) {
        expectRefusal(PushBody.of(push: member + ","), message)
    }

    @Test func signingSecretsHave24To64Bytes() throws {
        for (count, isGood) in [(23, false), (24, true), (64, true), (65, false)] {
            let secret = "whsec_" + Base64.encode(Array(repeating: 7, count: count))
            let body = PushBody.of(push: #""signingSecrets":["\#(secret)"],"#)
            if isGood {
                #expect(try read(body).push?.signingSecrets == [secret])
            } else {
                expectRefusal(body, "of the form 'whsec_' and base64 of 24 to 64 bytes")
            }
        }
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"] {
            expectRefusal(PushBody.of(push: #""signingSecrets":["\#(wrong)"],"#), "of the form 'whsec_'")
        }
    }

    @Test func theOtherModesSettingsCannotBeSet() {
        expectRefusal(
            #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Push","push":{},"queue":{}}}}"#,
            "queue' cannot be set when the delivery mode is 'Push'")
        expectRefusal(
            #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Queue","push":{}}}}"#,
            "push' cannot be set when the delivery mode is 'Queue'")
    }
}
