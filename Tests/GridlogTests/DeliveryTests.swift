import DeliveryIndex
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Receiving and settling, event subscription by event subscription.
struct DeliveryTests {
    let test: TestBroker
    let topic: Topic
    let subscription: EventSubscription

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
        subscription = try topic.putSubscription("billing", SubscriptionSettings(maxDeliveryCount: 3)).subscription
    }

    @Test func eventsComeBackByteForByte() throws {
        let body = #" [ {"specversion":"1.0","id":"\u00e9","source":"/s","type":"t","data": [1, 2.50e3 ,"x"] } ] "#
        try test.publish(body, to: topic)
        let handed = try subscription.take()
        #expect(
            handed.map(\.json) == [
                #"{"specversion":"1.0","id":"\u00e9","source":"/s","type":"t","data": [1, 2.50e3 ,"x"] }"#
            ])
        #expect(handed.map(\.id) == ["é"])
        #expect(handed.map(\.count) == [1])
    }

    @Test func membersThatAreNullAreNotStored() throws {
        try test.publish(
            #"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":null,"ext":null,"data":null}"#, to: topic
        )
        let json = try #require(try subscription.take().first?.json)
        #expect(json == #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":null}"#)
    }

    @Test func subscriptionsDoNotShareState() throws {
        let audit = try topic.putSubscription("audit").subscription
        try test.publish(3, to: topic)
        let handed = try subscription.take()
        try test.settle(.acknowledge, handed.map(\.token), on: subscription)
        #expect(try subscription.take().isEmpty)
        #expect(try audit.take().map(\.id) == ["e-0", "e-1", "e-2"])
    }

    @Test func subscriptionSeesOnlyWhatIsPublishedAfterIt() throws {
        try test.publish(2, prefix: "before", to: topic)
        let late = try topic.putSubscription("late").subscription
        try test.publish(1, prefix: "after", to: topic)
        #expect(try late.take().map(\.id) == ["after-0"])
    }

    @Test func lockedEventIsNotHandedOutAgainBeforeItsLockEnds() throws {
        try test.publish(1, to: topic)
        #expect(try subscription.take().count == 1)
        test.clock.advance(by: .seconds(59))
        #expect(try subscription.take().isEmpty)
        test.clock.advance(by: .seconds(1.01))
        #expect(try subscription.take().map(\.count) == [2])
    }

    @Test(.tags(.r26)) func tokenOfAnExpiredLockIsLostAndLeavesTheNewerLockAlone() throws {
        try test.publish(1, to: topic)
        let first = try #require(try subscription.take().first)
        test.clock.advance(by: .seconds(61))
        let second = try #require(try subscription.take().first)
        #expect(try test.settle(.acknowledge, [first.token], on: subscription) == [.tokenLost])
        #expect(try test.settle(.acknowledge, [second.token], on: subscription) == [.succeeded])
    }

    @Test func sameTokenTwiceInARequestIsLostTheSecondTime() throws {
        try test.publish(1, to: topic)
        let token = try #require(try subscription.take().first?.token)
        #expect(try test.settle(.acknowledge, [token, token], on: subscription) == [.succeeded, .tokenLost])
    }

    @Test func foreignAndForgedTokensAreBad() throws {
        let other = try topic.putSubscription("other").subscription
        try test.publish(1, to: topic)
        let token = try #require(try other.take().first?.token)
        let forged = String(token.dropLast()) + (token.hasSuffix("A") ? "Q" : "A")
        #expect(
            try test.settle(.acknowledge, [token, "x", forged], on: subscription) == [.badToken, .badToken, .badToken])
    }

    @Test(arguments: [ReleaseDelay.none, .tenSeconds, .oneMinute])
    func releasedEventComesBackAfterItsDelayAndNotBefore(_ delay: ReleaseDelay) throws {
        try test.publish(1, to: topic)
        let token = try #require(try subscription.take().first?.token)
        #expect(try test.settle(.release(delay), [token], on: subscription) == [.succeeded])
        if delay != .none {
            test.clock.advance(by: .seconds(delay.rawValue) - .milliseconds(1))
            #expect(try subscription.take().isEmpty)
            test.clock.advance(by: .milliseconds(2))
        }
        #expect(try subscription.take().map(\.count) == [2])
    }

    @Test func eventEndsAtItsLastDelivery() throws {
        try test.publish(2, to: topic)
        for _ in 0..<2 {
            try test.settle(.release(.none), try subscription.take().map(\.token), on: subscription)
        }
        let last = try subscription.take()
        #expect(last.map(\.count) == [3, 3])
        // One is released, whatever the delay; the other's lock expires.
        try test.settle(.release(.oneHour), [last[0].token], on: subscription)
        test.clock.advance(by: .seconds(61))
        #expect(try subscription.take().isEmpty)
        test.commit()
        #expect(subscription.floor == 3)
    }

    @Test func rejectedEventIsNotDeliveredAgain() throws {
        try test.publish(1, to: topic)
        try test.settle(.reject, try subscription.take().map(\.token), on: subscription)
        test.clock.advance(by: .seconds(4_000))
        #expect(try subscription.take().isEmpty)
    }

    @Test func renewedLockLastsOneLockDurationFromThenAndAtMostAnHour() throws {
        try test.publish(1, to: topic)
        let token = try #require(try subscription.take().first?.token)
        var tokens = subscription.lockTokens()
        tokens.append(token)
        for _ in 0..<60 {
            test.clock.advance(by: .seconds(59))
            #expect(try subscription.renewLocks(tokens) == [.succeeded])
        }
        test.clock.advance(by: .seconds(59))
        #expect(try subscription.renewLocks(tokens) == [.succeeded])
        test.clock.advance(by: .seconds(59))
        #expect(try subscription.renewLocks(tokens) == [.tokenLost])
        #expect(try test.settle(.acknowledge, [token], on: subscription) == [.succeeded])
    }

    @Test(.tags(.r35)) func failedSettlementAnswersWithAnErrorAndIsNotAnAcknowledgement() throws {
        try test.publish(1, to: topic)
        let token = try #require(try subscription.take().first?.token)
        test.disk.fail(.synchronize, .error(.inputOutput))
        #expect(throws: GridlogError.self) { try test.settle(.acknowledge, [token], on: subscription) }
        let (locked, settling) = subscription.state.withLock { ($0.index.lockedCount, $0.index.settlingCount) }
        #expect(locked == 1 && settling == 0)
        try test.cutPowerAndReopen()
        let reopened = try #require(test.broker.topic("orders")?.subscription("billing"))
        #expect(try reopened.take().map(\.id) == ["e-0"])
    }

    @Test(.tags(.r07)) func afterAFailedSyncTheTopicAnswersNothingUntilItIsReopened() throws {
        test.disk.fail(.synchronize, .error(.inputOutput))
        #expect(throws: GridlogError.self) { try test.publish(1, to: topic) }
        #expect(throws: GridlogError.self) { try test.publish(1, to: topic) }
        #expect(!test.broker.health.isReady)
        try test.cutPowerAndReopen()
        #expect(test.broker.health.isReady)
        try test.publish(1, to: try #require(test.broker.topic("orders")))
    }
}
