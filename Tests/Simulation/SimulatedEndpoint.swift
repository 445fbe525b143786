import Gridlog
import Storage

/// An endpoint that keeps what it is sent until the simulation lets it answer.
final class SimulatedEndpoint: PushTargets, PushTarget {
    struct Request: Sendable {
        let topic: UInt64
        let sequence: UInt64
        let json: [UInt8]
        let completion: @Sendable (PushOutcome) -> Void
    }

    private let requests = Guarded<[Request]>([])
    private let arrived = Guarded<[Request]>([])

    func target(_ settings: PushSettings, subscription: String, topic: String) -> any PushTarget { self }

    func deliver(_ delivery: PushDelivery, completion: @escaping @Sendable (PushOutcome) -> Void) {
        let numbers = delivery.id.split(separator: "-").compactMap { UInt64($0) }
        let request = Request(
            topic: numbers.first ?? 0, sequence: numbers.last ?? 0, json: delivery.body, completion: completion)
        requests.withLock { $0.append(request) }
        arrived.withLock { $0.append(request) }
    }

    func shutdown() {}

    /// What came since somebody looked.
    func takeArrived() -> [Request] { arrived.withLock { Self.take(&$0) } }

    /// What waits for an answer; nobody else answers it.
    func takeWaiting() -> [Request] { requests.withLock { Self.take(&$0) } }

    private static func take(_ requests: inout [Request]) -> [Request] {
        defer { requests = [] }
        return requests
    }
}
