import Gridlog
import CloudEvents
import Foundation
import Testing

/// The example on the README's first screen.
struct ReadmeExampleTests {
    @Test func publishedEventIsReceivedAndAcknowledged() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gridlog-readme-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }

        let broker = try Broker.open(directory)
        let orders = try broker.putTopic("orders").topic
        let billing = try orders.putSubscription("billing").subscription

        try await orders.publish(CloudEvent(id: "A-1", source: "/shop/7", type: "order.placed"))
        for received in try await billing.receive(maxEvents: 10, maxWaitTime: .seconds(1)) {
            #expect(received.event.id == "A-1")
            #expect(try await billing.acknowledge([received.lockToken]) == [.succeeded])
        }

        #expect(try await billing.receive().isEmpty)
        broker.close()
    }
}
