import Testing

@testable import Gridlog

/// Schedules, tables and health of push delivery (contract 3.1 to 3.3, decisions 28 to 30).
struct PushRulesTests {
    @Test func theNamespaceScheduleBeginsAtOnceAndEndsAtFiveMinutes() {
        let waits = (1...7).map { RetrySchedule.namespace.wait(after: $0, chance: 0) }
        #expect(waits == [0, 10_000, 30_000, 60_000, 300_000, 300_000, 300_000])
    }

    @Test func theBasicScheduleEndsAtTwelveHours() {
        let waits = (1...11).map { RetrySchedule.basic.wait(after: $0, chance: 0) / 1_000 }
        #expect(waits == [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 43_200])
    }

    @Test func jitterIsUpToATenthAndNeverEarly() {
        let waits = (0..<1_000).map { RetrySchedule.basic.wait(after: 1, chance: UInt64($0)) }
        #expect(Set(waits) == [10_000, 10_250, 10_500, 10_750, 11_000])
    }

    @Test func whatAnAnswerAsksForIsWaitedForAtLeast() {
        #expect(RetrySchedule.namespace.wait(after: 1, atLeast: 40, chance: 0) == 40_000)
        #expect(RetrySchedule.namespace.wait(after: 5, atLeast: 40, chance: 0) == 300_000)
    }

    private func action(_ status: Int, _ schedule: RetrySchedule = .namespace, retryAfter: Int? = nil)
        -> PushResponse.Action
    {
        PushResponse(.answered(status: status, retryAfterSeconds: retryAfter), schedule).action
    }

    @Test func successIs200To204Only() {
        for status in 200...204 { #expect(action(status) == .acknowledge) }
        for status in [205, 206, 226, 299, 301, 302, 307] { #expect(action(status) == .retry(atLeastSeconds: 0)) }
    }

    @Test func forNamespacesTheseAreNotTriedAgain() {
        for status in [400, 401, 403, 404, 413, 414] { #expect(action(status) == .reject, "\(status)") }
        for status in [405, 408, 409, 415, 429, 500, 502, 503, 504] {
            #expect(action(status) == .retry(atLeastSeconds: 0), "\(status)")
        }
    }

    @Test func forCustomTopicsTheTableOfWaitsHolds() {
        for status in [400, 401, 403, 413] { #expect(action(status, .basic) == .reject, "\(status)") }
        for (status, seconds) in [(404, 300), (408, 120), (503, 30), (429, 10), (500, 10), (302, 10)] {
            #expect(action(status, .basic) == .retry(atLeastSeconds: UInt64(seconds)), "\(status)")
        }
        for outcome: PushOutcome in [.timedOut, .connectionFailed, .unknownHost, .forbiddenAddress] {
            #expect(PushResponse(outcome, .basic).action == .retry(atLeastSeconds: 10))
        }
    }

    @Test func retryAfterIsObeyedUpToTwelveHours() {
        #expect(action(429, retryAfter: 17) == .retry(atLeastSeconds: 17))
        #expect(action(503, .basic, retryAfter: 5) == .retry(atLeastSeconds: 30))
        #expect(action(503, retryAfter: 1_000_000) == .retry(atLeastSeconds: 43_200))
        #expect(action(503, retryAfter: -3) == .retry(atLeastSeconds: 0))
        #expect(action(400, retryAfter: 17) == .reject)
    }

    @Test func anEndpointThatAsksForAPauseGetsIt() {
        var health = EndpointHealth()
        health.note(PushResponse(.answered(status: 429, retryAfterSeconds: 20), .namespace), at: 1_000)
        #expect(health.probationEnd == 1_000 + 20_000_000_000)
        health.note(PushResponse(.answered(status: 500), .namespace), at: 2_000)
        #expect(health.probationEnd == 1_000 + 20_000_000_000)
    }

    @Test func goneStops() {
        #expect(action(410) == .stop)
        #expect(action(410, .basic) == .stop)
    }

    @Test func anEndpointThatAnswersGetsMoreAndOneThatFailsGetsOne() {
        var health = EndpointHealth()
        let accepted = PushResponse(.answered(status: 200), .namespace)
        #expect(health.window == 1)
        for _ in 0..<10 { health.note(accepted, at: 0) }
        #expect(health.window == EndpointHealth.windowMax)
        health.note(PushResponse(.timedOut, .namespace), at: 0)
        #expect(health.window == 1)
        #expect(health.probationEnd == 0)
    }

    @Test func tenFailuresInARowBringProbationByTheirOutcome() {
        for (outcome, seconds): (PushOutcome, UInt64) in [
            (.timedOut, 10), (.connectionFailed, 30), (.unknownHost, 300), (.answered(status: 503), 10),
            (.answered(status: 404), 300),
        ] {
            var health = EndpointHealth()
            let failed = PushResponse(outcome, .namespace)
            for _ in 0..<9 { health.note(failed, at: 1_000) }
            #expect(health.probationEnd == 0)
            health.note(failed, at: 1_000)
            #expect(health.probationEnd == 1_000 + seconds * 1_000_000_000, "\(outcome)")
            health.note(PushResponse(.answered(status: 204), .namespace), at: 2_000)
            health.note(failed, at: 3_000)
            #expect(health.probationEnd == 1_000 + seconds * 1_000_000_000)
        }
    }

    /// An event that an endpoint will not take says nothing about its health.
    @Test func badRequestsBringNoProbation() {
        var health = EndpointHealth()
        for _ in 0..<20 { health.note(PushResponse(.answered(status: 400), .namespace), at: 1_000) }
        #expect(health.probationEnd == 0)
        #expect(health.window > 1)
    }

    @Test func theSecretsOfAURLAreNotShown() {
        for (url, shown) in [
            ("https://h/x?code=1", "https://h/x"), ("https://me:pw@h:8080/x/y?code=1#f", "https://h:8080/x/y"),
            ("http://h", "http://h"), ("https://me@h?x=@", "https://h"), ("https://h/a@b", "https://h/a@b"),
        ] {
            #expect(PushSettings(endpointURL: url).endpointBaseURL == shown)
        }
    }
}
