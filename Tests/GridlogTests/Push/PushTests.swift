import CloudEvents
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// A push subscription: a consumer of the same index, which answers for each event what the endpoint said.
struct PushTests {
    let test: TestBroker
    let topic: Topic
    let endpoint = FakeEndpoint()

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
        try test.broker.startPushing(endpoint)
    }

    @discardableResult
    private func subscribe(
        maxDeliveryCount: Int = 10, deadLetter: DeadLetterDestination? = nil,
        _ change: (inout PushSettings) -> Void = { _ in }
    ) throws -> EventSubscription {
        var push = PushSettings(endpointURL: "https://example.com/hook?code=1")
        change(&push)
        var settings = SubscriptionSettings(maxDeliveryCount: maxDeliveryCount)
        settings.push = push
        settings.deadLetter = deadLetter
        return try topic.putSubscription("hook", settings).subscription
    }

    private var subscription: EventSubscription {
        get throws { try #require(test.broker.topic("orders")?.subscription("hook")) }
    }

    /// Lets everything happen that does not wait for the clock or the endpoint.
    private func turn() {
        for _ in 0..<4 {
            test.broker.runTimers()
            test.broker.runPush()
            test.commit()
        }
        test.broker.runHousekeeping()
        test.commit()
    }

    private func wait(_ duration: Duration) {
        test.clock.advance(by: duration)
        turn()
    }

    @Test func anAcceptedEventIsSettledAndSentOnce() throws {
        let hook = try subscribe()
        try test.publish(1, to: topic)
        turn()
        #expect(endpoint.waiting.map(\.body) == [TestBroker.event("e-0")])
        #expect(endpoint.waiting.first?.delivery.attempts == 0)
        endpoint.answer(.answered(status: 200))
        turn()
        #expect(hook.floor == 2)
        #expect(hook.counters.delivered == 1)
        wait(.seconds(600))
        #expect(endpoint.history.withLock { $0.count } == 1)
    }

    /// The whole schedule, with the clock handed in (contract 3.1), up to the last attempt.
    @Test(.tags(.r27)) func aFailingEventIsTriedByTheScheduleAndThenDeadLettered() throws {
        let hook = try subscribe(maxDeliveryCount: 6, deadLetter: .directory(path: "/dead"))
        endpoint.automatic.withLock { $0 = .answered(status: 500) }
        try test.publish(1, to: topic)
        turn()
        #expect(endpoint.history.withLock { $0.map(\.attempts) } == [0, 1])
        for (seconds, attempts) in [(10, 3), (30, 4), (60, 5), (300, 6)] {
            wait(.seconds(seconds) - .milliseconds(5))
            #expect(endpoint.history.withLock { $0.count } == attempts - 1, "before \(seconds) s")
            wait(.seconds(Double(seconds) * 0.1 + 0.1))
            #expect(endpoint.history.withLock { $0.count } == attempts, "after \(seconds) s")
        }
        turn()
        #expect(hook.counters.deadLettered == 1)
        #expect(hook.counters.failedAttempts == 6)
        #expect(hook.floor == 2)
        #expect(Set(endpoint.history.withLock { $0.map(\.id) }).count == 1)
        wait(.seconds(3_600))
        #expect(endpoint.history.withLock { $0.count } == 6)
    }

    /// Nothing delivered is lost, nothing settled is sent again, though the broker dies in the middle of a wait.
    @Test(.tags(.r27), arguments: [false, true]) func aRestartInTheMiddleOfTheScheduleGoesOnWithIt(isPowerCut: Bool)
        throws
    {
        try subscribe()
        try test.publish(2, to: topic)
        turn()
        endpoint.answer(.answered(status: 200))
        turn()
        endpoint.answer(.answered(status: 500))
        turn()
        endpoint.answer(.answered(status: 500))
        turn()
        #expect(endpoint.waiting.isEmpty)
        test.clock.advance(by: .seconds(4))
        if isPowerCut { try test.cutPowerAndReopen() } else { try test.killAndReopen() }
        try test.broker.startPushing(endpoint)
        turn()
        #expect(endpoint.waiting.isEmpty)
        wait(.seconds(8))
        #expect(endpoint.waiting.map(\.body) == [TestBroker.event("e-1")])
        #expect(endpoint.waiting.first?.delivery.attempts == 2)
        endpoint.answer(.answered(status: 204))
        turn()
        #expect(try subscription.floor == 3)
    }

    @Test func onlyRequestsToAnEndpointThatNothingSpeaksForAreTrials() throws {
        try subscribe()
        for outcome: PushOutcome in [.answered(status: 200), .answered(status: 500)] {
            try test.publish(1, to: topic)
            turn()
            endpoint.answer(outcome)
            turn()
        }
        // The first, the second, and its retry.
        #expect(endpoint.history.withLock { $0.map(\.isTrial) } == [true, false, true])
    }

    @Test func whatIsUnderWayWhenTheProcessDiesIsSentAgainWhenItsLockEnds() throws {
        try subscribe()
        try test.publish(1, to: topic)
        turn()
        #expect(endpoint.waiting.count == 1)
        try test.killAndReopen()
        try test.broker.startPushing(endpoint)
        wait(.seconds(61))
        #expect(endpoint.history.withLock { $0.map(\.attempts) } == [0, 1])
    }

    @Test func whatTheEndpointWillNeverTakeIsDeadLetteredAtOnce() throws {
        let hook = try subscribe(deadLetter: .directory(path: "/dead"))
        endpoint.automatic.withLock { $0 = .answered(status: 400) }
        try test.publish(1, to: topic)
        turn()
        turn()
        #expect(endpoint.history.withLock { $0.count } == 1)
        #expect(hook.counters.deadLettered == 1)
        let file = try #require(test.disk.files(below: "/dead").first)
        let text = String(decoding: try test.disk.liveBytes(file), as: UTF8.self)
        #expect(text.contains("Undeliverable due to client error."))
        #expect(text.contains(#""deliveryresult":"BadRequest""#))
    }

    /// Decision 29.
    @Test(arguments: [false, true]) func goneDeadLettersTheEventAndPausesUntilAnUpdate(isRestarted: Bool) throws {
        let hook = try subscribe(deadLetter: .directory(path: "/dead"))
        try test.publish(1, to: topic)
        turn()
        endpoint.answer(.answered(status: 410))
        turn()
        try test.publish(1, prefix: "later", to: topic)
        turn()
        #expect(endpoint.waiting.isEmpty)
        #expect(hook.pauseReason?.contains("410") == true)
        #expect(hook.counters.deadLettered == 1)
        if isRestarted {
            try test.cutPowerAndReopen()
            try test.broker.startPushing(endpoint)
            turn()
            #expect(endpoint.waiting.isEmpty)
            #expect(try subscription.pauseReason != nil)
        }
        let settings = try subscription.settings
        try #require(test.broker.topic("orders")).putSubscription("hook", settings)
        turn()
        #expect(try subscription.pauseReason == nil)
        #expect(endpoint.waiting.map(\.body) == [TestBroker.event("later-0")])
    }

    @Test func batchesAreFilledUpToTheirNumberAndNeverWait() throws {
        try subscribe { $0.maxEventsPerBatch = 3 }
        try test.publish(1, prefix: "a", to: topic)
        turn()
        #expect(endpoint.waiting.map(\.body) == ["[\(TestBroker.event("a-0"))]"])
        try test.publish(7, prefix: "b", to: topic)
        endpoint.answer(.answered(status: 200))
        turn()
        while !endpoint.waiting.isEmpty {
            endpoint.answer(.answered(status: 200))
            turn()
        }
        let sizes = endpoint.history.withLock { $0.map { EventFormatCount.events(in: $0.body) } }
        #expect(sizes.reduce(0, +) == 8)
        #expect(sizes.allSatisfy { $0 <= 3 })
        #expect(sizes.contains(3))
        #expect(try subscription.floor == 9)
    }

    @Test func aBatchKeepsToItsSizeAndALongerEventGoesAlone() throws {
        try subscribe { $0.preferredBatchKilobytes = 1 }
        let long = TestBroker.event("long", data: 3_000)
        let short = (0..<4).map { TestBroker.event("s\($0)", data: 300) }
        try test.publish("[\(short[0]),\(long),\(short[1]),\(short[2]),\(short[3])]", to: topic)
        endpoint.automatic.withLock { $0 = .answered(status: 200) }
        turn()
        let bodies = endpoint.history.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } }
        #expect(bodies == ["[\(short[0])]", "[\(long)]", "[\(short[1]),\(short[2])]", "[\(short[3])]"])
    }

    @Test func attributesAreComputedForEachEventAndPartABatch() throws {
        try subscribe { push in
            push.maxEventsPerBatch = 10
            push.deliveryAttributes = [
                DeliveryAttribute(name: "x-key", value: .fixed("k", isSecret: true)),
                DeliveryAttribute(name: "x-type", value: .field("type")),
                DeliveryAttribute(name: "x-n", value: .field("data.n")),
                DeliveryAttribute(name: "x-none", value: .field("data.missing")),
            ]
        }
        let events = [("1", "a"), ("2", "a"), ("3", "b")].map { TestBroker.event($0.0, type: $0.1) }
        try test.publish("[\(events.joined(separator: ","))]", to: topic)
        endpoint.automatic.withLock { $0 = .answered(status: 200) }
        turn()
        let deliveries = endpoint.history.withLock { $0 }
        #expect(deliveries.map { EventFormatCount.events(in: $0.body) } == [2, 1])
        #expect(
            deliveries.map { $0.headers.map { "\($0.name)=\($0.value)" } } == [
                ["x-key=k", "x-type=a", "x-n=1"], ["x-key=k", "x-type=b", "x-n=1"],
            ])
    }

    /// What is under way to others, however much, leaves one request to each endpoint.
    @Test func anEndpointGetsItsEventsThoughTheBoundOfAllIsReached() throws {
        let slow = FakeEndpoint()
        try test.broker.startPushing(slow)
        for number in 0..<20 {
            var settings = SubscriptionSettings()
            settings.push = PushSettings(endpointURL: "https://example.com/\(number)")
            try topic.putSubscription("slow-\(number)", settings)
        }
        try test.publish(200, to: topic)
        for _ in 0..<8 {
            turn()
            slow.answer(.answered(status: 200))
        }
        turn()
        try test.publish(200, prefix: "more", to: topic)
        turn()
        #expect(slow.waiting.count >= 1_024)
        try subscribe()
        try test.publish(3, prefix: "late", to: topic)
        for _ in 0..<6 {
            turn()
            let own = slow.take { $0.body.contains("late") }
            for request in own { request.completion(.answered(status: 200)) }
        }
        turn()
        #expect(try subscription.counters.delivered == 3)
    }

    @Test func theIDOfABatchTellsItsEvents() throws {
        try subscribe { $0.maxEventsPerBatch = 10 }
        try test.publish(2, to: topic)
        for _ in 0..<4 { turn() }
        let first = endpoint.history.withLock { $0 }
        endpoint.answer(.timedOut)
        try test.publish(1, prefix: "more", to: topic)
        for _ in 0..<4 { turn() }
        let all = endpoint.history.withLock { $0 }
        let retried = try #require(all.dropFirst(first.count).first)
        #expect(retried.body != first[0].body)
        #expect(retried.id != first[0].id)
    }

    @Test func anEndpointOfBeforePausesNobody() throws {
        let hook = try subscribe()
        try test.publish(2, to: topic)
        turn()
        let late = try #require(endpoint.waiting.first)
        var settings = hook.settings
        settings.push?.endpointURL = "https://example.com/other"
        try topic.putSubscription("hook", settings)
        late.completion(.answered(status: 410))
        turn()
        #expect(hook.pauseReason == nil)
    }

    @Test func aDeliveryAttributeThatIsNoPlaceInAnEventIsRefused() {
        for field in ["customerId", "data..x", ""] {
            #expect(throws: GridlogError.self) {
                try subscribe { $0.deliveryAttributes = [DeliveryAttribute(name: "x", value: .field(field))] }
            }
        }
    }

    @Test func anEndpointThatHangsHasOneRequestAndOthersGoOn() throws {
        try subscribe()
        try test.publish(50, to: topic)
        turn()
        #expect(endpoint.waiting.count == 1)
        endpoint.answer(.answered(status: 200))
        turn()
        #expect(endpoint.waiting.count == 2)
        endpoint.answer(.timedOut)
        turn()
        #expect(endpoint.waiting.count == 1)
    }

    @Test func anUnhealthyEndpointIsLeftAloneForItsProbation() throws {
        try subscribe()
        endpoint.automatic.withLock { $0 = .connectionFailed }
        try test.publish(30, to: topic)
        for _ in 0..<10 { turn() }
        #expect(endpoint.history.withLock { $0.count } == EndpointHealth.failuresMax)
        wait(.seconds(29))
        #expect(endpoint.history.withLock { $0.count } == EndpointHealth.failuresMax)
        endpoint.automatic.withLock { $0 = .answered(status: 200) }
        for _ in 0..<10 { wait(.seconds(2)) }
        #expect(try subscription.floor == 31)
    }

    @Test func itsEventsCannotBeReceivedAndItsModeCannotChange() throws {
        let hook = try subscribe()
        #expect(throws: GridlogError.self) { try hook.receive(maxEvents: 1) }
        let error = #expect(throws: GridlogError.self) {
            try topic.putSubscription("hook", SubscriptionSettings())
        }
        #expect(error?.code == .conflict)
    }

    /// Contract 3.6: nothing is delivered before the endpoint has agreed.
    @Test func anEndpointThatHasNotAgreedGetsNothingUntilItsOwnerConfirms() throws {
        let until = test.clock.wallTime + 600_000_000_000
        try subscribe { $0.validation = .awaitingManualAction(code: "secret", until: until) }
        try test.publish(1, to: topic)
        turn()
        #expect(endpoint.waiting.isEmpty)
        #expect(try !topic.confirmEndpoint(ofSubscription: "hook", code: "guess"))
        #expect(try topic.confirmEndpoint(ofSubscription: "hook", code: "secret"))
        turn()
        #expect(endpoint.waiting.count == 1)
    }

    @Test func afterTenMinutesAConfirmationComesTooLate() throws {
        let until = test.clock.wallTime + 600_000_000_000
        try subscribe { $0.validation = .awaitingManualAction(code: "secret", until: until) }
        test.clock.advance(by: .seconds(601))
        test.keepHouse()
        #expect(try subscription.settings.push?.validation == .failed)
        #expect(try !topic.confirmEndpoint(ofSubscription: "hook", code: "secret"))
    }

    @Test func aSettlementFromOutsideTheRangesIsRefused() throws {
        #expect(throws: GridlogError.self) { try subscribe { $0.maxEventsPerBatch = 5_001 } }
        #expect(throws: GridlogError.self) { try subscribe { $0.preferredBatchKilobytes = 0 } }
        #expect(throws: GridlogError.self) { try subscribe(maxDeliveryCount: 11) }
        #expect(throws: GridlogError.self) { try subscribe { $0.endpointURL = "ftp://h/" } }
        try subscribe(maxDeliveryCount: 30) { $0.retrySchedule = .basic }
    }
}

/// How many events a body holds.
private enum EventFormatCount {
    static func events(in body: [UInt8]) -> Int {
        (try? EventFormat.decode(body))?.count ?? 0
    }
}
