import Storage
import TestSupport
import Testing

@testable import Gridlog

/// A damaged catalog never leads to the loss of events.
struct CatalogDamageTests {
    @Test(.tags(.r19), arguments: ["MANIFEST-A", "MANIFEST-B"])
    func damageToOneManifestChangesNothing(_ name: String) throws {
        let test = try TestBroker()
        let topic = try test.broker.putTopic("orders").topic
        try topic.putSubscription("billing")
        try test.publish(1, to: topic)
        try test.disk.damage("/data/\(name)", 40..<41) { $0 ^ 1 }
        try test.killAndReopen()
        #expect(try test.broker.topic("orders")?.subscription("billing")?.take().map(\.id) == ["e-0"])
    }

    @Test(.tags(.r19), arguments: [true, false])
    func lossOfBothManifestsIsRefusedAndNothingIsRemoved(_ areMissing: Bool) throws {
        let test = try TestBroker()
        try test.publish(1, to: try test.broker.putTopic("orders").topic)
        let files = try test.disk.names(in: "/data/topics/0000000000000001")
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            if areMissing {
                try test.disk.remove("/data/\(name)")
            } else {
                try test.disk.damage("/data/\(name)", 40..<41) { $0 ^ 1 }
            }
        }
        let error = #expect(throws: GridlogError.self) { try test.killAndReopen() }
        #expect(error?.code == .storageDamaged)
        #expect(try test.disk.names(in: "/data/topics/0000000000000001") == files)
    }

    @Test func directoryThatTheCatalogDoesNotKnowIsLeftAloneAndItsIDPassedOver() throws {
        let test = try TestBroker()
        try test.disk.createDirectory("/data/topics/0000000000000001")
        #expect(try test.broker.putTopic("orders").topic.id == 2)
        #expect(try test.disk.names(in: "/data/topics").contains("0000000000000001"))
    }

    @Test func subscriptionThatCannotBeMadeLeavesNothingBehind() throws {
        let test = try TestBroker()
        let topic = try test.broker.putTopic("orders").topic
        test.disk.fail(.allocate, .error(.noSpace))
        #expect(throws: GridlogError.self) { try topic.putSubscription("billing") }
        test.disk.repair()
        let (subscription, created) = try topic.putSubscription("billing")
        #expect(created)
        #expect(topic.subscriptions.count == 1)
        try test.publish(1, to: topic)
        #expect(try subscription.take().count == 1)
        try test.cutPowerAndReopen()
        #expect(test.broker.topic("orders")?.subscriptions.count == 1)
    }
}
