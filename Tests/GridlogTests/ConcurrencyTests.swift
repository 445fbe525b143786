import CloudEvents
import Foundation
import Storage
import Testing

@testable import Gridlog

/// The broker with its threads, on a real disk.
struct ConcurrencyTests {
    private func withBroker(_ body: (Broker) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gridlog-threads-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let broker = try Broker.open(directory)
        defer { broker.close() }
        try await body(broker)
    }

    @Test(.timeLimit(.minutes(1))) func competingReceiversGetEveryEventOnce() async throws {
        try await withBroker { broker in
            let topic = try broker.putTopic("orders").topic
            let reader = try topic.putSubscription("reader").subscription
            let received = Guarded<[String]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while received.withLock({ $0.count }) < 400 {
                            let events = try await reader.receive(maxEvents: 7, maxWaitTime: .milliseconds(300))
                            try await reader.acknowledge(events.map(\.lockToken))
                            received.withLock { $0 += events.map(\.event.id) }
                        }
                    }
                }
                for publisher in 0..<4 {
                    group.addTask {
                        for number in 0..<100 {
                            try await topic.publish(
                                CloudEvent(id: "\(publisher)-\(number)", source: "/s", type: "t"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(received.withLock { $0 }).count == 400)
            #expect(received.withLock { $0.count } == 400)
        }
    }

    @Test(.timeLimit(.minutes(1))) func waitingTasksSleepUntilSomethingComes() async throws {
        try await withBroker { broker in
            let topic = try broker.putTopic("orders").topic
            let reader = try topic.putSubscription("reader").subscription
            let before = ProcessInfo.processInfo.systemUptime
            let waiting = (0..<5).map { _ in
                Task { try await reader.receive(maxWaitTime: .seconds(3)).count }
            }
            try await Task.sleep(for: .milliseconds(200))
            try await topic.publish(CloudEvent(id: "1", source: "/s", type: "t"))
            var total = 0
            for task in waiting { total += try await task.value }
            #expect(total == 1)
            #expect(ProcessInfo.processInfo.systemUptime - before >= 2.9, "four of them waited to the end")
        }
    }

    @Test(.timeLimit(.minutes(1))) func publishAfterCloseFailsInsteadOfWaitingForEver() async throws {
        try await withBroker { broker in
            let topic = try broker.putTopic("orders").topic
            broker.close()
            await #expect(throws: GridlogError.self) {
                try await topic.publish(CloudEvent(id: "1", source: "/s", type: "t"))
            }
        }
    }
}
