import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Names, ranges, and the data directory.
struct CatalogTests {
    @Test(arguments: ["ab", String(repeating: "a", count: 51), "has space", "dot.ted", "slash/ed", "ümlaut", ""])
    func badNameIsRefused(_ name: String) throws {
        let test = try TestBroker()
        #expect(throws: GridlogError.self) { try test.broker.putTopic(name) }
        let topic = try test.broker.putTopic("good").topic
        #expect(throws: GridlogError.self) { try topic.putSubscription(name) }
    }

    @Test(arguments: ["Microsoft-x", "eventgrid1", "SYSTEM-a"])
    func reservedTopicNameIsRefused(_ name: String) throws {
        let test = try TestBroker()
        #expect(throws: GridlogError.self) { try test.broker.putTopic(name) }
    }

    @Test func settingsOutOfRangeAreRefused() throws {
        let test = try TestBroker()
        let topic = try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 2)).topic
        let refused = [
            SubscriptionSettings(receiveLockDurationInSeconds: 0),
            SubscriptionSettings(receiveLockDurationInSeconds: 301),
            SubscriptionSettings(maxDeliveryCount: 0), SubscriptionSettings(maxDeliveryCount: 11),
            SubscriptionSettings(eventTimeToLiveInSeconds: 59), SubscriptionSettings(eventTimeToLiveInSeconds: 172_801),
            SubscriptionSettings(receiveLockDurationInSeconds: 120, eventTimeToLiveInSeconds: 119),
            SubscriptionSettings(includedEventTypes: [""]),
            SubscriptionSettings(includedEventTypes: Array(repeating: "x", count: 26)),
        ]
        for settings in refused { #expect(throws: GridlogError.self) { try topic.putSubscription("reader", settings) } }
        for days in [0, 8] {
            #expect(throws: GridlogError.self) {
                try test.broker.putTopic("other", TopicSettings(eventRetentionInDays: days))
            }
        }
        try topic.putSubscription("reader", SubscriptionSettings(eventTimeToLiveInSeconds: 172_800))
        #expect(throws: GridlogError.self, "the retention would fall below a time to live") {
            try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 1))
        }
    }

    @Test(.tags(.r05)) func topicIsThereAfterAPowerCutAtOrAfterItsAnswerAndTheStoreAlwaysOpens() throws {
        for calls in 0..<80 {
            let test = try TestBroker()
            try test.broker.putTopic("first")
            test.disk.powerOff(afterCalls: calls)
            let isAnswered = (try? test.broker.putTopic("second")) != nil
            try test.cutPowerAndReopen(.seeded(UInt64(calls)))
            #expect(test.broker.topic("first") != nil)
            if isAnswered { #expect(test.broker.topic("second") != nil, "after \(calls) calls") }
            let again = try test.broker.putTopic("second").topic
            try again.putSubscription("reader")
            try test.publish(1, to: again)
            #expect(try again.subscription("reader")?.take().count == 1)
        }
    }

    @Test(.tags(.r05)) func firstStartThatIsCutOffAtAnyCallLeavesAStoreThatOpens() throws {
        for calls in 0..<60 {
            let disk = SimulatedDisk()
            disk.powerOff(afterCalls: calls)
            _ = try? TestBroker(disk: disk)
            let test = try TestBroker(disk: disk.powerCut(.seeded(UInt64(calls))))
            try test.broker.putTopic("orders")
        }
    }

    @Test func deletedTopicIsGoneWithItsFiles() throws {
        let test = try TestBroker()
        try test.broker.putTopic("orders").topic.putSubscription("billing")
        #expect(try test.broker.deleteTopic("orders"))
        #expect(try !test.broker.deleteTopic("orders"))
        #expect(try test.disk.names(in: "/data/topics").isEmpty)
        try test.cutPowerAndReopen(.everything)
        #expect(test.broker.topics.isEmpty)
    }

    @Test(.tags(.r43)) func secondBrokerOnTheDirectoryIsRefusedAndTheHolderNamed() throws {
        let test = try TestBroker()
        let error = #expect(throws: GridlogError.self) { try TestBroker(disk: test.disk) }
        #expect(error?.code == .directoryInUse)
        #expect(error?.message.contains("process \(ProcessIdentity.current)") == true)
    }

    @Test func closedBrokerGivesTheDirectoryBack() throws {
        let test = try TestBroker()
        try test.broker.putTopic("orders")
        test.broker.close()
        let next = try TestBroker(disk: test.disk)
        #expect(next.broker.topic("orders") != nil)
    }

    @Test func directoryWithOtherThingsIsRefusedAndLeftAlone() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/data")
        _ = try disk.open("/data/thesis.txt", .createNew)
        let error = #expect(throws: GridlogError.self) { try TestBroker(disk: disk) }
        #expect(error?.code == .notAStore)
        #expect(try disk.names(in: "/data") == ["thesis.txt"])
    }

    @Test func storeOfAnotherVersionIsRefused() throws {
        let test = try TestBroker()
        for name in ["MANIFEST-A", "MANIFEST-B"] where try test.disk.names(in: "/data").contains(name) {
            var bytes = try test.disk.liveBytes("/data/\(name)")
            bytes[8] = 9
            let checksum = CRC32C.checksum(bytes.span.bytes.extracting(0..<28))
            for index in 0..<4 { bytes[28 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
            try test.disk.replace("/data/\(name)", with: bytes)
        }
        let error = #expect(throws: GridlogError.self) { try test.killAndReopen() }
        #expect(error?.code == .incompatibleVersion)
    }

    /// What the catalog does not name any more is gone for good, or noted to be removed at the next start.
    @Test(.tags(.r05)) func deletionsCutOffAtAnyCallLeaveNoFiles() throws {
        for calls in 0..<200 {
            var wasCutOff = false
            for survival in calls.isMultiple(of: 4) ? [Survival.nothing, .everything] : [.nothing] {
                let test = try TestBroker()
                try test.broker.putTopic("kept").topic.putSubscription("billing")
                let gone = try test.broker.putTopic("gone").topic
                try gone.putSubscription("billing")
                try test.publish(1, to: gone)
                try test.cutPowerAndReopen(.everything)
                test.disk.powerOff(afterCalls: calls)
                _ = try? test.broker.topic("kept")?.deleteSubscription("billing")
                _ = try? test.broker.deleteTopic("gone")
                wasCutOff = test.disk.isOff
                try test.cutPowerAndReopen(survival)
                if let gone = test.broker.topic("gone") {
                    #expect(try gone.subscription("billing")?.take().map(\.id) == ["e-0"], "after \(calls) calls")
                }
                for _ in 0..<2 {
                    try expectOnlyKnownFiles(test, "after \(calls) calls")
                    try test.cutPowerAndReopen(.nothing)
                }
            }
            guard wasCutOff else { return }
        }
        Issue.record("the deletions take more calls than were tried")
    }

    private func expectOnlyKnownFiles(_ test: TestBroker, _ comment: Comment) throws {
        let catalog = test.broker.catalog.catalog
        let topics = catalog.topics.map { BrokerEnvironment.hexadecimal($0.id, digits: 16) }
        #expect(try test.disk.names(in: "/data/topics") == topics.sorted(), comment)
        for (name, topic) in zip(topics, catalog.topics) {
            let subscriptions = topic.subscriptions.map { BrokerEnvironment.hexadecimal(UInt64($0.id), digits: 8) }
            let names = try test.disk.names(in: "/data/topics/\(name)")
            let found =
                names.contains("subscriptions") ? try test.disk.names(in: "/data/topics/\(name)/subscriptions") : []
            #expect(found == subscriptions.sorted(), comment)
        }
    }
}
