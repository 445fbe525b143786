import CloudEvents
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Where events go that cannot be delivered (contract 3.7, decisions 26 and 27).
struct DeadLetterTests {
    let test: TestBroker
    let topic: Topic

    init() throws {
        test = try TestBroker(segmentBytes: (16 << 10)...(16 << 10))
        topic = try test.broker.putTopic("orders").topic
    }

    private func subscribe(
        to destination: DeadLetterDestination? = .directory(path: "/dead"), maxDeliveryCount: Int = 10,
        timeToLive: Int? = nil
    ) throws -> EventSubscription {
        var settings = SubscriptionSettings(
            receiveLockDurationInSeconds: 30, maxDeliveryCount: maxDeliveryCount, eventTimeToLiveInSeconds: timeToLive)
        settings.deadLetter = destination
        return try topic.putSubscription("reader", settings).subscription
    }

    private var subscription: EventSubscription {
        get throws { try #require(test.broker.topic("orders")?.subscription("reader")) }
    }

    /// Lets copies be made and settled.
    private func copy() {
        test.commit()
        for _ in 0..<3 {
            test.broker.runHousekeeping()
            test.commit()
        }
    }

    private func files() throws -> [DeadLetterFile.Entry] {
        var entries: [DeadLetterFile.Entry] = []
        for file in test.disk.files(below: "/dead/default/orders/reader") where file.hasSuffix(".json") {
            entries += try #require(DeadLetterFile.entries(of: test.disk.liveBytes(file)))
        }
        return entries
    }

    @Test(.tags(.r36)) func aRejectedEventIsInAFileBeforeItIsSettled() throws {
        let reader = try subscribe()
        try test.publish(2, to: topic)
        let taken = try reader.take()
        try test.settle(.reject, [taken[0].token], on: reader)
        #expect(reader.counters.deadLetterPending == 1)
        #expect(reader.floor == 1)
        copy()
        #expect(reader.floor == 2)
        #expect(reader.counters.deadLettered == 1)
        let entry = try #require(try files().first)
        #expect(String(decoding: entry.stored.event, as: UTF8.self) == TestBroker.event("e-0"))
        let properties = String(decoding: entry.properties, as: UTF8.self)
        #expect(properties.contains(#""deadletterreason":"Event was rejected.","deliveryattempts":1"#))
    }

    @Test func aFileLiesUnderTopicSubscriptionAndHourWithoutLeadingZeros() throws {
        let reader = try subscribe()
        try test.publish(1, to: topic)
        try test.settle(.reject, try reader.take().map(\.token), on: reader)
        copy()
        let time = Timestamp.text(nanosecondsSince1970: test.clock.wallTime)
        func part(_ start: Int, _ length: Int) -> String {
            String(Int(time.dropFirst(start).prefix(length)) ?? -1)
        }
        let folder = "/dead/default/orders/reader/\(part(0, 4))/\(part(5, 2))/\(part(8, 2))/\(part(11, 2))"
        #expect(try test.disk.list(folder).count == 1)
        #expect(try test.disk.list(folder).allSatisfy { $0.count == 41 && $0.hasSuffix(".json") })
    }

    @Test func filesOfOneHourSortByTheirTime() throws {
        let reader = try subscribe()
        for prefix in ["a", "b", "c", "d", "e"] {
            try test.publish(1, prefix: prefix, to: topic)
            try test.settle(.reject, try reader.take().map(\.token), on: reader)
            copy()
            test.clock.advance(by: .milliseconds(300))
        }
        #expect(try files().map(\.stored.id) == ["a-0", "b-0", "c-0", "d-0", "e-0"])
    }

    @Test func eachReasonIsToldInEventGridsWords() throws {
        let reader = try subscribe(maxDeliveryCount: 1, timeToLive: 60)
        try test.publish(3, to: topic)
        let taken = try reader.take(2)
        try test.settle(.reject, [taken[0].token], on: reader)
        try test.settle(.release(.none), [taken[1].token], on: reader)
        test.clock.advance(by: .seconds(61))
        test.keepHouse()
        copy()
        let reasons = try files().map { String(decoding: $0.properties, as: UTF8.self) }
        #expect(reasons.count == 3)
        for reason in [
            "Event was rejected.", "Maximum delivery attempts was exceeded.", "Time to live was exceeded.",
        ] {
            #expect(reasons.contains { $0.contains("\"deadletterreason\":\"\(reason)\"") }, "\(reason)")
        }
        #expect(reasons.contains { $0.contains(#""deliveryresult":"Event was not delivered.""#) })
        #expect(reader.floor == 4)
    }

    /// Never lost between the two: at every moment of the way a crash leaves the event pending, or its copy durable.
    @Test(.tags(.r36), arguments: 0..<40)
    func aPowerCutAtAnyStepLosesNoDeadLetter(step: Int) throws {
        let reader = try subscribe()
        try test.publish(1, to: topic)
        let token = try reader.take()[0].token
        try test.settle(.reject, [token], on: reader)
        test.disk.powerOff(afterCalls: step)
        copy()
        try test.cutPowerAndReopen()
        test.keepHouse()
        copy()
        #expect(try subscription.counters.deadLetterPending == 0)
        #expect(try subscription.floor == 2)
        let ids = try files().map(\.stored.id)
        #expect(Set(ids) == ["e-0"])
        #expect(try subscription.take().isEmpty)
    }

    @Test func aDestinationThatRefusesIsTriedAgainAfterTenSeconds() throws {
        let reader = try subscribe()
        try test.publish(1, to: topic)
        try test.settle(.reject, try reader.take().map(\.token), on: reader)
        test.disk.spaceLimit = test.disk.usedBytes
        copy()
        #expect(reader.counters.deadLetterPending == 1)
        #expect(test.notices.withLock { $0.contains { $0.message.contains("dead-lettered events wait") } })
        test.disk.spaceLimit = nil
        copy()
        #expect(reader.counters.deadLetterPending == 1)
        test.clock.advance(by: .seconds(11))
        copy()
        #expect(reader.counters.deadLettered == 1)
        #expect(reader.floor == 2)
    }

    @Test func withoutADestinationEventsAreDroppedAndCounted() throws {
        let reader = try subscribe(to: nil, maxDeliveryCount: 1)
        try test.publish(3, to: topic)
        let taken = try reader.take()
        try test.settle(.reject, [taken[0].token], on: reader)
        try test.settle(.release(.none), [taken[1].token], on: reader)
        try test.settle(.acknowledge, [taken[2].token], on: reader)
        test.commit()
        #expect(reader.counters.dropped == 2)
        #expect(reader.floor == 4)
    }

    @Test func whenTheDestinationIsTakenAwayWhatWaitsForItIsDroppedAndCounted() throws {
        let reader = try subscribe()
        try test.publish(1, to: topic)
        try test.settle(.reject, try reader.take().map(\.token), on: reader)
        _ = try subscribe(to: nil)
        copy()
        #expect(reader.counters.dropped == 1)
        #expect(reader.floor == 2)
    }

    @Test func anotherTopicGetsTheEventWithWhatIsToldOfIt() throws {
        let dead = try test.broker.putTopic("dead").topic
        let collector = try dead.putSubscription("collector").subscription
        let reader = try subscribe(to: .topic(name: "dead"))
        try test.publish(1, to: topic)
        try test.settle(.reject, try reader.take().map(\.token), on: reader)
        copy()
        let collected = try collector.take()
        let json = try #require(collected.first?.json)
        let event = try CloudEvent(json: json)
        #expect(event.id == "e-0")
        #expect(event.extensions["deadletterreason"] == "Event was rejected.")
        #expect(event.extensions["deliveryattempts"] == 1)
        #expect(event.extensions["deadlettersource"] == "/topics/orders/eventsubscriptions/reader")
        #expect(reader.floor == 2)
    }

    @Test func deadLettersCannotGoRoundForEver() throws {
        let dead = try test.broker.putTopic("dead").topic
        let third = try test.broker.putTopic("third").topic
        _ = try subscribe(to: .topic(name: "dead"))
        var settings = SubscriptionSettings()
        settings.deadLetter = .topic(name: "third")
        try dead.putSubscription("next", settings)
        settings.deadLetter = .topic(name: "orders")
        #expect(throws: GridlogError.self) { try third.putSubscription("back", settings) }
    }

    @Test func aTopicThatTakesDeadLettersCannotBeDeletedOrBeItsOwn() throws {
        _ = try test.broker.putTopic("dead")
        _ = try subscribe(to: .topic(name: "dead"))
        #expect(throws: GridlogError.self) { try test.broker.deleteTopic("dead") }
        #expect(throws: GridlogError.self) { try subscribe(to: .topic(name: "orders")) }
        #expect(throws: GridlogError.self) { try subscribe(to: .topic(name: "nowhere")) }
        #expect(throws: GridlogError.self) { try subscribe(to: .directory(path: "relative")) }
        _ = try subscribe(to: nil)
        #expect(try test.broker.deleteTopic("dead"))
    }

    /// The retention of the topic is the time to live of whoever names none.
    @Test(.tags(.r33)) func whatThePassingOfTheRetentionEndsIsCopiedFirst() throws {
        let reader = try subscribe()
        try test.publish(2, to: topic)
        test.clock.advance(by: .seconds(7 * 86_400 + 1))
        test.keepHouse()
        copy()
        #expect(try files().map(\.stored.id).sorted() == ["e-0", "e-1"])
        #expect(reader.floor == 3)
    }

    @Test(.tags(.r33)) func aDestinationThatNeverAnswersHoldsEventsForTwoDaysPastTheRetentionOnly() throws {
        let reader = try subscribe()
        try test.publish(2, to: topic)
        test.disk.spaceLimit = test.disk.usedBytes
        test.clock.advance(by: .seconds(7 * 86_400 + 1))
        test.keepHouse()
        #expect(reader.counters.deadLetterPending == 2)
        test.clock.advance(by: .seconds(2 * 86_400))
        test.disk.spaceLimit = nil
        test.keepHouse()
        copy()
        #expect(reader.floor == 3)
    }
}
