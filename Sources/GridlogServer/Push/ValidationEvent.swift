import CloudEvents

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The event of Event Grid's own schema that asks an endpoint to agree (contract 3.6).
struct ValidationEvent: Sendable {
    static let type = "Microsoft.EventGrid.SubscriptionValidationEvent"

    /// What the endpoint must answer.
    let code: String
    /// What its owner may open instead.
    let url: String
    /// The topic's name.
    let topic: String
    /// Nanoseconds since 1970.
    let time: UInt64

    /// The body of a request: an array of the one event.
    var body: [UInt8] {
        JSONValue.array([
            .object([
                "id": .string(UUID().uuidString.lowercased()),
                "topic": .string("/topics/\(topic)"),
                "subject": .string(""),
                "data": .object(["validationCode": .string(code), "validationUrl": .string(url)]),
                "eventType": .string(Self.type),
                "eventTime": .string(Timestamp.text(nanosecondsSince1970: time)),
                "metadataVersion": .string("1"),
                "dataVersion": .string("1"),
            ])
        ]).bytes
    }
}
