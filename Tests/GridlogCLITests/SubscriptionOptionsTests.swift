import CommandOutput
import ArgumentParser
import Foundation
import Testing

@testable import GridlogCLI

/// What the options of `gridlog subscription create` and `update` ask the server for.
@Suite struct SubscriptionOptionsTests {
    private func delivery(_ arguments: [String], of mode: DeliveryMode? = nil) throws -> JSONText? {
        try SubscriptionOptions.parse(arguments).document(of: mode)["properties"]?["deliveryConfiguration"]
    }

    @Test func aWebhookMakesAPushSubscription() throws {
        let delivery = try delivery([
            "--push", "https://h/?a=\"", "--max-events-per-batch", "10", "--preferred-batch-kilobytes", "64",
            "--delivery-attribute", "A=b=c", "--secret-delivery-attribute", "S=x", "--dynamic-delivery-attribute",
            "D=data.customer", "--retry-schedule", "Basic", "--signing-secret", "whsec_1", "--signing-secret",
            "whsec_2",
            "--max-delivery-count", "3", "--time-to-live", "P1D",
        ])
        let attributes =
            #"[{"name":"A","type":"Static","properties":{"value":"b=c","isSecret":false}},"#
            + #"{"name":"S","type":"Static","properties":{"value":"x","isSecret":true}},"#
            + #"{"name":"D","type":"Dynamic","properties":{"sourceField":"data.customer"}}]"#
        let destination =
            #"{"endpointType":"WebHook","properties":{"endpointUrl":"https://h/?a=\"","maxEventsPerBatch":10,"#
            + #""preferredBatchSizeInKilobytes":64,"deliveryAttributeMappings":\#(attributes)}}"#
        let push =
            #"{"maxDeliveryCount":3,"eventTimeToLive":"P1D","retrySchedule":"Basic","#
            + #""signingSecrets":["whsec_1","whsec_2"],"destination":\#(destination)}"#
        #expect(delivery == JSONText(#"{"deliveryMode":"Push","push":\#(push)}"#))
    }

    @Test func settingsStandWhereTheModeOfTheSubscriptionHasThem() throws {
        let arguments = ["--max-delivery-count", "3", "--time-to-live", "P1D"]
        let members = #"{"maxDeliveryCount":3,"eventTimeToLive":"P1D"}"#
        #expect(
            try delivery(arguments, of: .push) == JSONText(#"{"deliveryMode":"Push","push":\#(members)}"#),
            "nothing of the webhook was named, so nothing of it is sent")
        #expect(try delivery(arguments, of: .queue) == JSONText(#"{"deliveryMode":"Queue","queue":\#(members)}"#))
        #expect(try delivery(arguments) == JSONText(#"{"deliveryMode":"Queue","queue":\#(members)}"#))
    }

    @Test func whatTheOtherModeHasIsAUsageError() throws {
        for (arguments, mode) in [
            (["--lock-duration", "60"], DeliveryMode.push), (["--max-events-per-batch", "5"], .queue),
            (["--signing-secret", "x"], .queue),
        ] {
            let options = try SubscriptionOptions.parse(arguments)
            let failure = #expect(throws: CommandFailure.self) { try options.check(for: mode) }
            #expect(failure?.status == .usage)
            #expect(failure?.message.hasPrefix(arguments[0]) == true)
        }
        // That the mode cannot change the server says.
        try SubscriptionOptions.parse(["--push", "http://h/", "--max-events-per-batch", "5"]).check(for: .queue)
        try SubscriptionOptions.parse(["--lock-duration", "60"]).check(for: .queue)
        try SubscriptionOptions.parse(["--max-delivery-count", "5"]).check(for: .push)
    }

    @Test func theModeIsThatOfTheResource() {
        func resource(_ mode: String) -> JSONText {
            JSONText(#"{"properties":{"deliveryConfiguration":{"deliveryMode":"\#(mode)"}}}"#)
        }
        #expect(DeliveryMode(of: resource("Push")) == .push)
        #expect(DeliveryMode(of: resource("Queue")) == .queue)
        #expect(DeliveryMode(of: JSONText("{}")) == .queue)
    }

    @Test func deadLetterDestinations() throws {
        func queue(_ arguments: [String], clears: Bool = false) throws -> JSONText? {
            let document = try SubscriptionOptions.parse(arguments).document(clearsDeadLetter: clears)
            return document["properties"]?["deliveryConfiguration"]?["queue"]
        }
        func expected(_ type: String, _ properties: String) -> JSONText {
            let destination = #"{"endpointType":"\#(type)","properties":{\#(properties)}}"#
            return JSONText(
                #"{"deadLetterDestinationWithResourceIdentity":{"deadLetterDestination":\#(destination)}}"#)
        }
        #expect(
            try queue(["--dead-letter-topic", "failed"]) == expected("NamespaceTopic", #""resourceId":"failed""#))
        #expect(
            try queue(["--dead-letter-directory", "/var/./dead/"]) == expected("Directory", #""path":"/var/dead""#))
        let here = FileManager.default.currentDirectoryPath
        #expect(
            try queue(["--dead-letter-directory", "dead"]) == expected("Directory", "\"path\":\"\(here)/dead\""))
        #expect(try queue([], clears: true) == JSONText(#"{"deadLetterDestinationWithResourceIdentity":null}"#))
    }

    @Test func anErrorDoesNotRepeatASecret() {
        let error = #expect(throws: (any Error).self) {
            try SubscriptionOptions.parse(["--secret-delivery-attribute", "=hidden"])
        }
        if let error { #expect(!SubscriptionOptions.message(for: error).contains("hidden")) }
    }

    @Test func bothModesHaveARow() {
        let queue = JSONText(
            #"""
            {"name":"a","properties":{"provisioningState":"Succeeded","deliveryConfiguration":{"deliveryMode":"Queue",
            "queue":{"receiveLockDurationInSeconds":60,"maxDeliveryCount":10,"eventTimeToLive":"P7D",
            "deadLetterDestinationWithResourceIdentity":{"deadLetterDestination":{
            "endpointType":"NamespaceTopic","properties":{"resourceId":"/topics/failed"}}}}}}}
            """#)
        let push = JSONText(
            #"""
            {"name":"b","properties":{"provisioningState":"Succeeded","pauseReason":"it answered 410",
            "deliveryConfiguration":{"deliveryMode":"Push","push":{"maxDeliveryCount":3,"eventTimeToLive":"P1D",
            "deadLetterDestinationWithResourceIdentity":{"deadLetterDestination":{
            "endpointType":"Directory","properties":{"path":"/var/dead"}}},
            "destination":{"endpointType":"WebHook","properties":{"endpointBaseUrl":"https://h/x"}}}}}}
            """#)
        let rows = SubscriptionOptions.table(of: [queue, push]).plain().split(separator: "\n")
        #expect(rows[0] == "a\tQueue\t60 s\t10\tP7D\t/topics/failed\tSucceeded\tall\t\t")
        #expect(
            rows[1] == "b\tPush\thttps://h/x\t3\tP1D\t/var/dead\tSucceeded, paused: it answered 410\tall\t\t")
    }
}
