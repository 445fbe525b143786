import ArgumentParser
import Testing

@testable import GridlogCLI

@Suite struct CommandLineTests {
    @Test(arguments: [
        "topic create", "topic create a --retention-days 0", "topic create a --retention-days 8",
        "topic create a --durability none", "topic update a", "topic list --endpoint nonsense",
        "topic list --timeout 0", "topic list --timeout nan", "subscription create a",
        "subscription create a b --lock-duration 301",
        "subscription create a b --max-delivery-count 11", "subscription update a b",
        "subscription create a b --push http://h/ --lock-duration 60",
        "subscription create a b --max-events-per-batch 5", "subscription create a b --signing-secret whsec_x",
        "subscription create a b --push http://h/ --max-events-per-batch 0",
        "subscription create a b --push http://h/ --max-events-per-batch 5001",
        "subscription create a b --push http://h/ --preferred-batch-kilobytes 1025",
        "subscription create a b --push http://h/ --delivery-attribute x",
        "subscription create a b --push http://h/ --secret-delivery-attribute =x",
        "subscription create a b --push http://h/ --dynamic-delivery-attribute x",
        "subscription create a b --push http://h/ --retry-schedule basic",
        "subscription create a b --push http://h/ --signing-secret a --signing-secret b --signing-secret c",
        "subscription create a b --dead-letter-directory /x --dead-letter-topic y",
        "subscription create a b --no-dead-letter", "subscription update a b --no-dead-letter --dead-letter-topic y",
        "subscription update a b --push http://h/ --lock-duration 60",
        "redrive a", "redrive a b", "redrive a b --all --id 1", "redrive a b --id 1 --until 2026-01-31T09:00:00Z",
        "redrive a b --until 2026-01-31T09:00:00Z", "redrive a .. --all", "serve --allow-webhook-to h",
        "serve --allow-webhook-to 10.0.0.0/33",
        "subscription update a b --all-event-types --event-type x", "publish", "publish a {} --file x",
        "publish a --type t --file x", "publish a --data 1", "publish ..", "receive a", "receive a b --max 0",
        "receive a b --max 101", "receive a b --wait 121", "receive a b --wait x", "acknowledge a b",
        "release a b t --delay 5", "renew-lock a", "nonsense", "bench nonsense",
        "bench publish --connections 0",
        "bench publish --batch 1001 --size 256", "bench consume --batch 101", "bench both --batch 0",
        "bench publish --size 10", "bench publish --batch 1000 --size 2048", "bench publish --duration 0",
        "bench publish --duration nan", "bench publish --events 0", "bench publish --rate 0",
        "bench publish --warmup -1",
        "bench publish --topic t --durability written", "bench consume --topic t", "bench consume --subscription s",
        "bench publish --topic t --subscription s", "bench publish --endpoint nonsense",
    ])
    func badCommandLineIsAUsageError(_ line: String) {
        let arguments = line.split(separator: " ").map(String.init)
        let error = #expect(throws: (any Error).self) { try GridlogCommand.parseAsRoot(arguments) }
        if let error { #expect(GridlogCommand.exitCode(for: error) == ExitStatus.usage.exitCode) }
    }

    @Test(arguments: [
        "topic create orders --retention-days 7 --durability written --json", "topic list --endpoint http://h/ns1",
        "subscription create a b --lock-duration 1 --max-delivery-count 10 --time-to-live P1D --event-type x --event-type y",
        "subscription update a b --all-event-types",
        "subscription create a b --push http://h/ --max-events-per-batch 5000 --preferred-batch-kilobytes 1024",
        "subscription create a b --push http://h/ --delivery-attribute a=b=c --retry-schedule Basic",
        "subscription create a b --push http://h/ --signing-secret a --signing-secret b --dead-letter-topic t",
        "subscription update a b --no-dead-letter", "subscription update a b --max-events-per-batch 5",
        "subscription update a b --push http://h/ --dead-letter-directory x",
        "redrive a b --all --until 2026-01-31T09:00:00Z --dry-run", "redrive a b --id 1 --id 2 --json",
        "serve --allow-webhook-to 10.0.0.0/8 --allow-webhook-to ::1 --allow-private-webhooks", "publish a",
        "publish a -", "publish a {}", "publish a --file x",
        "publish a --type t --data 1", "receive a b --max 100 --wait 120 --acknowledge", "acknowledge a b -",
        "bench publish", "bench consume --events 10", "bench both --rate 0.5 --json --svg f --quiet",
        "bench publish --batch 1000 --size 1000 --warmup 0", "bench publish --batch 1 --size 1048576",
        "bench consume --topic t --subscription s --batch 100", "release a b t u --delay 3600", "reject a b -- -t",
        "renew-lock a b t --timeout 0.5 --key k",
    ])
    func goodCommandLineIsTaken(_ line: String) throws {
        _ = try GridlogCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test func namedSettingsAreTheWholeBody() throws {
        #expect(try TopicOptions.parse([]).document == JSONText(#"{"properties":{}}"#))
        #expect(
            try TopicOptions.parse(["--retention-days", "2", "--durability", "written"]).document
                == JSONText(#"{"properties":{"eventRetentionInDays":2,"durability":"written"}}"#))
        let settings = try SubscriptionOptions.parse([
            "--lock-duration", "60", "--max-delivery-count", "3", "--time-to-live", "P1D", "--event-type", "a\"",
        ])
        let queue = #"{"receiveLockDurationInSeconds":60,"maxDeliveryCount":3,"eventTimeToLive":"P1D"}"#
        let properties = settings.document()["properties"]
        #expect(properties?["deliveryConfiguration"] == JSONText(#"{"deliveryMode":"Queue","queue":\#(queue)}"#))
        #expect(properties?["filtersConfiguration"] == JSONText(#"{"includedEventTypes":["a\""]}"#))
        let cleared = try SubscriptionOptions.parse([]).document(clearsEventTypes: true)
        #expect(cleared["properties"]?["filtersConfiguration"] == JSONText(#"{"includedEventTypes":null}"#))
    }

    @Test func optionsComeBeforeTheEnvironmentAndThatBeforeTheDefault() throws {
        let environment = ["GRIDLOG_ENDPOINT": "http://e:1", "GRIDLOG_KEY": "ke"]
        let named = try ConnectionOptions.parse(["--endpoint", "http://o:2", "--key", "ko"])
        #expect(try named.address(environment: environment).origin == "http://o:2")
        #expect(named.accessKey(environment: environment) == "ko")
        let unnamed = try ConnectionOptions.parse([])
        #expect(try unnamed.address(environment: environment).origin == "http://e:1")
        #expect(unnamed.accessKey(environment: environment) == "ke")
        #expect(try unnamed.address(environment: [:]).origin == "http://127.0.0.1:6500")
        #expect(unnamed.accessKey(environment: ["GRIDLOG_KEY": ""]) == nil)
    }

    @Test(arguments: [[], ["topic"], ["subscription", "create"], ["publish"], ["receive"]])
    func completionsKnowEveryVerb(_ path: [String]) {
        let script = GridlogCommand.completionScript(for: .bash)
        #expect(script.contains(path.last ?? "renew-lock"))
    }
}
