import CloudEvents
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Dead-lettered events are put back to their one event subscription (contract, decision 34).
struct RedriveTests {
    enum Kind: CaseIterable {
        case directory, topic

        var destination: DeadLetterDestination {
            self == .directory ? .directory(path: "/dead") : .topic(name: "dead")
        }
    }

    let test: TestBroker
    let topic: Topic

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
        _ = try test.broker.putTopic("dead")
        _ = try topic.putSubscription("other")
    }

    private func subscribe(_ kind: Kind) throws -> EventSubscription {
        var settings = SubscriptionSettings(includedEventTypes: nil)
        settings.deadLetter = kind.destination
        return try topic.putSubscription("reader", settings).subscription
    }

    private func subscription(_ name: String) throws -> EventSubscription {
        try #require(test.broker.topic("orders")?.subscription(name))
    }

    /// Publishes events and has the reader reject them.
    private func deadLetter(_ count: Int, prefix: String = "e", of reader: EventSubscription) throws {
        try test.publish(count, prefix: prefix, to: topic)
        try test.settle(.reject, try reader.take().map(\.token), on: reader)
        for _ in 0..<3 {
            test.broker.runHousekeeping()
            test.commit()
        }
        let other = try subscription("other")
        try test.settle(.acknowledge, try other.take().map(\.token), on: other)
    }

    @Test(arguments: Kind.allCases) func allComeBackAsNewEventsForTheirSubscriptionOnly(kind: Kind) throws {
        let reader = try subscribe(kind)
        try deadLetter(3, of: reader)
        #expect(try reader.take().isEmpty)
        #expect(try reader.redrive(.all(until: nil), dryRun: true) == 3)
        #expect(try reader.take().isEmpty)
        #expect(try reader.redrive(.all(until: nil)) == 3)
        let again = try reader.take()
        #expect(again.map(\.id) == ["e-0", "e-1", "e-2"])
        #expect(again.allSatisfy { $0.count == 1 })
        #expect(again.map(\.json) == (0..<3).map { TestBroker.event("e-\($0)") })
        #expect(try subscription("other").take().isEmpty)
    }

    @Test(arguments: Kind.allCases) func whatWasPutBackIsNotPutBackAgain(kind: Kind) throws {
        let reader = try subscribe(kind)
        try deadLetter(3, of: reader)
        #expect(try reader.redrive(.ids(["e-1"])) == 1)
        #expect(try reader.take().map(\.id) == ["e-1"])
        #expect(try reader.redrive(.ids(["e-1"])) == 0)
        try test.cutPowerAndReopen()
        #expect(try subscription("reader").redrive(.all(until: nil), dryRun: true) == 2)
        #expect(try subscription("reader").redrive(.all(until: nil)) == 2)
        #expect(try subscription("reader").redrive(.all(until: nil), dryRun: true) == 0)
    }

    @Test(arguments: Kind.allCases) func untilLeavesWhatCameLater(kind: Kind) throws {
        let reader = try subscribe(kind)
        try deadLetter(1, prefix: "old", of: reader)
        let between = test.clock.wallTime
        test.clock.advance(by: .seconds(5))
        try deadLetter(1, prefix: "new", of: reader)
        #expect(try reader.redrive(.all(until: between)) == 1)
        #expect(try reader.take().map(\.id) == ["old-0"])
    }

    /// Subscriptions without a filter look at no event; what is addressed to another one must not slip through, in this process or in
    /// the next one.
    @Test(arguments: [false, true]) func nobodyElseGetsWhatWasPutBackAfterARestart(isPowerCut: Bool) throws {
        let reader = try subscribe(.directory)
        try deadLetter(2, of: reader)
        #expect(try reader.redrive(.all(until: nil)) == 2)
        try test.publish(1, prefix: "next", to: topic)
        if isPowerCut { try test.cutPowerAndReopen() } else { try test.killAndReopen() }
        let late = try #require(test.broker.topic("orders")).putSubscription("late", startAt: .earliest).subscription
        #expect(try subscription("other").take().map(\.id) == ["next-0"])
        #expect(try late.take().contains { $0.id == "next-0" })
        #expect(try !late.take().contains { $0.id.hasPrefix("e-") && $0.count > 1 })
        #expect(try subscription("reader").take().map(\.id) == ["e-0", "e-1", "next-0"])
    }

    /// Whatever the step at which the power fails: it is still there to be put back, or was put back.
    @Test(.tags(.r36), arguments: Kind.allCases, 0..<30)
    func aPowerCutAtAnyStepLosesNoEventThatIsPutBack(kind: Kind, step: Int) throws {
        let reader = try subscribe(kind)
        try deadLetter(1, of: reader)
        test.disk.powerOff(afterCalls: step)
        _ = try? reader.redrive(.all(until: nil))
        try test.cutPowerAndReopen()
        _ = try subscription("reader").redrive(.all(until: nil))
        let ids = try subscription("reader").take().map(\.id)
        #expect(Set(ids) == ["e-0"])
        #expect(try subscription("other").take().isEmpty)
    }

    @Test func aFileThatIsNoneOfOursIsNamedAndNothingIsLost() throws {
        let reader = try subscribe(.directory)
        try deadLetter(1, of: reader)
        let hour = try #require(try hourFolder())
        let name = try #require(try test.disk.list(hour).first)
        let whole = try test.disk.liveBytes("\(hour)/\(name)")
        try test.disk.replace("\(hour)/\(name)", with: Array(whole.dropLast(3)))
        #expect(throws: GridlogError.self) { try reader.redrive(.all(until: nil)) }
        #expect(try reader.take().isEmpty)
        try test.disk.replace("\(hour)/\(name)", with: whole)
        #expect(try reader.redrive(.all(until: nil)) == 1)
    }

    private func hourFolder() throws -> String? {
        var folder = "/dead/default/orders/reader"
        for _ in 0..<4 {
            guard let name = try test.disk.list(folder).first else { return nil }
            folder += "/\(name)"
        }
        return folder
    }

    @Test func withoutADestinationThereIsNothingToPutBack() throws {
        let other = try subscription("other")
        #expect(throws: GridlogError.self) { try other.redrive(.all(until: nil)) }
    }

    @Test(arguments: Kind.allCases) func whatIsAtTheDestinationCanBeLookedAtInParts(kind: Kind) throws {
        let reader = try subscribe(kind)
        try deadLetter(3, of: reader)
        let first = try reader.peek(.deadLettered, limit: 2)
        #expect(first.events.map(\.sequence) == [1, 2])
        #expect(first.next == 3)
        #expect(first.events.map { String(decoding: $0.json, as: UTF8.self) }[1] == TestBroker.event("e-1"))
        #expect(first.events.allSatisfy { $0.deadLetterReason == "Event was rejected." && $0.deliveryCount == 1 })
        #expect(first.events.allSatisfy { $0.publishedAt > 0 && $0.state == .deadLettered })
        let rest = try reader.peek(.deadLettered, from: 3, limit: 2)
        #expect(rest.events.map(\.sequence) == [3])
        #expect(rest.next == nil)
        _ = try reader.redrive(.ids(["e-0"]))
        #expect(try reader.peek(.deadLettered).events.count == 2)
        #expect(throws: GridlogError.self) { try subscription("other").peek(.deadLettered) }
    }
}
