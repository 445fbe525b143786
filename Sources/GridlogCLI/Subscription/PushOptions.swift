public import ArgumentParser
import Gridlog

/// The settings of a push event subscription that the command line can name.
struct PushOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Push events to this webhook, which must agree first; without it receivers fetch them.", valueName: "url"))
    var push: String?

    @Option(help: ArgumentHelp("How many events a request holds at most, 1 to 5000; as a batch.", valueName: "n"))
    var maxEventsPerBatch: Int?

    @Option(
        help: ArgumentHelp("How long a request of several events should be at most, 1 to 1024 KiB.", valueName: "n"))
    var preferredBatchKilobytes: Int?

    @Option(
        help: ArgumentHelp(
            "A header of every request; may be given many times. On update those named replace all there are.",
            valueName: "name=value"))
    var deliveryAttribute: [String] = []

    @Option(help: ArgumentHelp("The same, with a value that is never shown again.", valueName: "name=value"))
    var secretDeliveryAttribute: [String] = []

    @Option(
        help: ArgumentHelp(
            "The same, with a value from the event, such as Customer=data.customer.id.", valueName: "name=field"))
    var dynamicDeliveryAttribute: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long retries wait: 'Namespace' for 10 s to 5 min, 'Basic' for 10 s to 12 h.", valueName: "schedule"))
    var retrySchedule: RetrySchedule?

    @Option(
        help: ArgumentHelp(
            "Sign requests with this secret, 'whsec_' and base64; twice while one replaces the other.",
            valueName: "secret"))
    var signingSecret: [String] = []

    func validate() throws {
        try Checks.range("--max-events-per-batch", maxEventsPerBatch, PushSettings.batchEvents)
        try Checks.range("--preferred-batch-kilobytes", preferredBatchKilobytes, PushSettings.batchKilobytes)
        let attributes = deliveryAttribute + secretDeliveryAttribute + dynamicDeliveryAttribute
        if let wrong = attributes.first(where: { !Self.isPair($0) }) {
            // What stands behind the '=' may be a secret.
            throw ValidationError(
                "A delivery attribute is a name, '=' and a value, not '\(wrong.prefix { $0 != "=" })'.")
        }
        if attributes.count > PushSettings.deliveryAttributesMax {
            throw ValidationError("There may be \(PushSettings.deliveryAttributesMax) delivery attributes.")
        }
        if signingSecret.count > PushSettings.signingSecretsMax {
            throw ValidationError("There may be \(PushSettings.signingSecretsMax) signing secrets.")
        }
    }

    /// The options that were named and make sense for a webhook only.
    var named: [String] {
        [
            ("--push", push != nil), ("--max-events-per-batch", maxEventsPerBatch != nil),
            ("--preferred-batch-kilobytes", preferredBatchKilobytes != nil),
            ("--delivery-attribute", !deliveryAttribute.isEmpty),
            ("--secret-delivery-attribute", !secretDeliveryAttribute.isEmpty),
            ("--dynamic-delivery-attribute", !dynamicDeliveryAttribute.isEmpty),
            ("--retry-schedule", retrySchedule != nil), ("--signing-secret", !signingSecret.isEmpty),
        ].filter(\.1).map(\.0)
    }

    private static func isPair(_ text: String) -> Bool {
        text.contains("=") && text.first != "="
    }
}

extension RetrySchedule: ExpressibleByArgument {}
