import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// What is done in the background, and what the operator hears of it.
struct HousekeepingTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        try test.broker.putTopic("orders")
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }
    private var directory: String { "/data/topics/0000000000000001" }

    private func files(_ ending: String) throws -> [String] {
        try test.disk.names(in: directory).filter { $0.hasSuffix(ending) && $0.hasPrefix("0") }
    }

    /// About 100 KB each, and so slowly that segments stay short: ten fill one.
    private func publishLarge(_ count: Int) throws {
        for number in 0..<count {
            test.clock.advance(by: .seconds(7))
            try test.publish(TestBroker.event("e-\(number)", data: 100_000), to: topic)
        }
    }

    @Test func whatWaitsIsCompressedAndStillDeliveredAsItWas() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(50)
        let before = try files(".segment").count
        test.clock.advance(by: .seconds(60))
        for _ in 0..<10 { test.keepHouse() }
        #expect(
            try files(".packed").count == before - 2, "all but the newest sealed one, and the one that is written to")
        test.clock.advance(by: .seconds(61))
        var ids: [String] = []
        while case let handed = try reader.take(), !handed.isEmpty {
            ids += handed.map(\.id)
            try test.settle(.acknowledge, handed.map(\.token), on: reader)
        }
        #expect(ids == (0..<50).map { "e-\($0)" })
        test.commit()
        #expect(try files(".packed").isEmpty)
        #expect(test.broker.health == BrokerHealth(problems: [], warnings: []))
    }

    /// A disk that is told what is free lets no sync end meanwhile.
    @Test(.tags(.r38)) func spaceIsGivenBackSlowlyAndWhollyInTheEnd() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(50)
        let segments = try files(".segment").count
        while case let handed = try reader.take(), !handed.isEmpty {
            try test.settle(.acknowledge, handed.map(\.token), on: reader)
        }
        test.commit()
        #expect(try files(".segment").count == 1)
        var used = [test.disk.usedBytes]
        for _ in 0..<segments {
            test.clock.advance(by: .milliseconds(200))
            _ = test.broker.housekeeper.runOnce(waiting: false)
            used.append(test.disk.usedBytes)
        }
        let steps = zip(used, used.dropFirst()).map { $0 - $1 }.filter { $0 > 0 }
        #expect(steps.count > 2, "not all at once")
        #expect(steps.allSatisfy { $0 <= 2 << 20 }, "each is one segment, of 1 MiB and what belongs to it")
        #expect(try #require(topic.openedContext).log.releasedBytes == nil)
    }

    @Test(arguments: [
        (milliseconds: 0, left: 4 << 20, pause: 2), (5, 4 << 20, 95), (5, 1 << 30, 95), (5, 2 << 30, 47),
        (5, 19 << 30, 5),
        (5, 1 << 40, 2),
    ]) func theLaterSpaceIsGivenBackTheShorterAreThePauses(_ row: (milliseconds: UInt64, left: Int, pause: UInt64)) {
        let pause = Housekeeper.freeingPause(after: row.milliseconds * 1_000_000, left: row.left)
        #expect(pause / 1_000_000 == row.pause)
    }

    @Test func nothingIsCompressedWhenItIsSwitchedOff() throws {
        var options = BrokerOptions()
        options.compressesColdSegments = false
        let test = try TestBroker(options: options)
        try test.broker.putTopic("orders")
        let topic = try #require(test.broker.topic("orders"))
        for number in 0..<30 {
            test.clock.advance(by: .seconds(7))
            try test.publish(TestBroker.event("e-\(number)", data: 100_000), to: topic)
        }
        test.clock.advance(by: .seconds(60))
        for _ in 0..<10 { test.keepHouse() }
        #expect(try test.disk.names(in: directory).allSatisfy { !$0.hasSuffix(".packed") })
    }

    @Test(.tags(.r08)) func damageInASealedSegmentShowsBeforeAnyoneNeedsIt() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(30)
        let damaged = "\(directory)/0000000000000002.segment"
        try test.disk.damage(damaged, 300_000..<300_001) { $0 ^ 4 }
        for _ in 0..<10 { test.keepHouse() }
        let health = test.broker.health
        #expect(health.isDegraded && health.isReady)
        let warning = try #require(health.warnings.first)
        #expect(warning.contains(damaged) && warning.contains("offset") && warning.contains("sequences"))
        let heard = test.notices.withLock { $0 }
        #expect(heard.count == 1 && heard.first?.severity == .warning)
        #expect(heard.first?.message.contains(damaged) == true)
        // The events before it are still delivered.
        #expect(try reader.take(5).map(\.id) == (0..<5).map { "e-\($0)" })
    }

    @Test(.tags(.r45)) func slowSyncIsReportedAndHealthSaysDegradedForAMinute() throws {
        test.disk.onSynchronize = { [clock = test.clock] path in
            if path.hasSuffix(".segment") { clock.advance(by: .milliseconds(1_500)) }
        }
        try test.publish(3, to: topic)
        test.disk.onSynchronize = nil
        #expect(test.broker.health.isDegraded)
        let heard = try #require(test.notices.withLock { $0.first })
        #expect(heard.severity == .warning)
        #expect(heard.message.contains("1500 ms") && heard.message.contains("bytes"))
        test.clock.advance(by: .seconds(62))
        #expect(test.broker.health == BrokerHealth(problems: [], warnings: []))
    }

    @Test(.tags(.r08, .r20)) func damageAtOpenIsReported() throws {
        try publishLarge(30)
        try test.disk.damage("\(directory)/0000000000000002.segment", 0..<1) { $0 ^ 4 }
        try test.killAndReopen()
        #expect(!test.broker.health.isReady)
        #expect(test.notices.withLock { $0.map(\.severity) } == [.error])
    }
}
