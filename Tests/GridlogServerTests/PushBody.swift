@testable import GridlogServer

/// Bodies of push event subscriptions.
enum PushBody {
    static let url = "https://user:pass@hooks.example:8443/orders?code=QUERYSECRET"
    static let baseURL = "https://hooks.example:8443/orders"
    static let signingSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    /// What must not be in any answer.
    static let secrets = ["user:pass", "QUERYSECRET", "ATTRIBUTESECRET", signingSecret]

    static let attributes = #"""
        [{"name":"Plain","type":"Static","properties":{"value":"v","isSecret":false}},
        {"name":"Token","type":"Static","properties":{"value":"ATTRIBUTESECRET","isSecret":true}},
        {"name":"Customer","type":"Dynamic","properties":{"sourceField":"data.customer"}}]
        """#

    /// - Parameters:
    ///   - webhook: members of the destination's properties.
    ///   - push: other members of `push`, each with a comma behind it.
    static func of(webhook: String = "\"endpointUrl\":\"\(url)\"", push: String = "") -> String {
        configuration(#"\#(push)"destination":{"endpointType":"WebHook","properties":{\#(webhook)}}"#)
    }

    /// - Parameter push: the members of `push`.
    static func configuration(_ push: String) -> String {
        #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Push","push":{\#(push)}}}}"#
    }

    /// Everything that can be set.
    static let full = of(
        webhook: #"""
            "endpointUrl":"\#(url)","maxEventsPerBatch":10,"preferredBatchSizeInKilobytes":64,
            "deliveryAttributeMappings":\#(attributes)
            """#,
        push: #"""
            "maxDeliveryCount":5,"eventTimeToLive":"P1D","retrySchedule":"Basic","signingSecrets":["\#(signingSecret)"],
            "deadLetterDestinationWithResourceIdentity":{"identity":{"type":"SystemAssigned"},
            "deadLetterDestination":{"endpointType":"Directory","properties":{"path":"/var/dead"}}},
            """#)
}
