import CloudEvents
import DeliveryIndex
import Storage

/// Events that go to the endpoint in one request, and the tokens of their locks.
struct PushRequest: Sendable {
    struct Event: Sendable {
        let token: LockToken
        let sequence: UInt64
        /// This attempt included.
        let deliveryCount: Int
    }

    private(set) var events: [Event] = []
    private var body: [UInt8] = []
    private let isBatch: Bool
    let headers: [PushDelivery.Header]

    init(isBatch: Bool, headers: [PushDelivery.Header]) {
        self.isBatch = isBatch
        self.headers = headers
    }

    /// How long the body is, in bytes.
    var byteCount: Int { body.count }

    mutating func append(_ event: Event, _ json: RawSpan) {
        if isBatch { body.append(UInt8(ascii: events.isEmpty ? "[" : ",")) }
        events.append(event)
        body += json.array()
    }

    /// Another one for every set of events: a retry may hold others than the attempt before (FNV-1a).
    private var batchID: String {
        let hash = events.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ $1.sequence) &* 0x100_0000_01b3 }
        return "\(events.first?.sequence ?? 0)-\(events.count)-\(BrokerEnvironment.hexadecimal(hash, digits: 16))"
    }

    /// What is handed to the target.
    ///
    /// - Parameters:
    ///   - source: names the event subscription among all others, for the id.
    ///   - isTrial: whether nothing speaks for the endpoint.
    func delivery(from source: String, isTrial: Bool) -> PushDelivery {
        let first = events.first
        return PushDelivery(
            id: "\(source)-\(isBatch ? batchID : String(first?.sequence ?? 0))",
            attempts: (first?.deliveryCount ?? 1) - 1,
            body: isBatch ? body + [UInt8(ascii: "]")] : body, isBatch: isBatch, isTrial: isTrial,
            headers: headers)
    }
}
