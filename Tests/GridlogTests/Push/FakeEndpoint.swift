import Storage

@testable import Gridlog

/// An endpoint in memory: keeps what it is sent until the test says what it answers.
final class FakeEndpoint: PushTargets, PushTarget {
    struct Request: Sendable {
        let delivery: PushDelivery
        let completion: @Sendable (PushOutcome) -> Void

        var body: String { String(decoding: delivery.body, as: UTF8.self) }
    }

    private let requests = Guarded<[Request]>([])
    /// What it answers at once; `nil`: it lets the test answer.
    let automatic = Guarded<PushOutcome?>(nil)
    /// Everything that it was ever sent.
    let history = Guarded<[PushDelivery]>([])

    func target(_ settings: PushSettings, subscription: String, topic: String) -> any PushTarget { self }

    func deliver(_ delivery: PushDelivery, completion: @escaping @Sendable (PushOutcome) -> Void) {
        history.withLock { $0.append(delivery) }
        if let outcome = automatic.withLock({ $0 }) { return completion(outcome) }
        requests.withLock { $0.append(Request(delivery: delivery, completion: completion)) }
    }

    func shutdown() { answer(.connectionFailed) }

    /// What waits for an answer.
    var waiting: [Request] { requests.withLock { $0 } }

    /// Takes out what waits and is as the test wants it.
    func take(where wanted: (Request) -> Bool) -> [Request] {
        requests.withLock { requests in
            let taken = requests.filter(wanted)
            requests.removeAll(where: wanted)
            return taken
        }
    }

    /// Answers everything that waits.
    func answer(_ outcome: PushOutcome) {
        let all = requests.withLock { requests in
            defer { requests = [] }
            return requests
        }
        for request in all { request.completion(outcome) }
    }
}
