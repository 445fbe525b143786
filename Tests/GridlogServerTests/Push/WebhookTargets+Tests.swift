import Gridlog
import NIOCore
import NIOPosix

@testable import GridlogServer

extension AddressPolicy {
    /// Permits 127.0.0.0/8.
    static var loopback: AddressPolicy {
        get throws { AddressPolicy(allowed: [try AddressRange("127.0.0.0/8")]) }
    }
}

extension WebhookTargets {
    /// 2021-02-25T15:02:10Z, half a second past.
    static let now: UInt64 = 1_614_265_330_500_000_000

    /// Runs the body with targets that stop afterwards.
    static func run(
        _ addresses: AddressPolicy, limit: TimeAmount = .seconds(20), _ body: (WebhookTargets) async throws -> Void
    ) async throws {
        let targets = WebhookTargets(
            loops: MultiThreadedEventLoopGroup.singleton, addresses: addresses, now: { now }, limit: limit)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(targets))
        } catch {
            result = .failure(error)
        }
        targets.shutdown()
        try result.get()
    }

    /// Delivers one request; traps when its outcome is told twice.
    func deliver(_ delivery: PushDelivery = .one, to url: String, secrets: [String] = []) async -> PushOutcome {
        var settings = PushSettings(endpointURL: url)
        settings.signingSecrets = secrets
        let target = target(settings, subscription: "hook", topic: "orders")
        return await withCheckedContinuation { continuation in
            target.deliver(delivery) { continuation.resume(returning: $0) }
        }
    }
}

extension PushDelivery {
    static let one = PushDelivery(
        id: "orders-1", attempts: 0, body: Array(#"{"id":"1"}"#.utf8), isBatch: false, isTrial: false, headers: [])
}
