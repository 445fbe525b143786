import Storage
import TestSupport
import Testing

@Suite struct LockTests {
    @Test func underContentionNoIncrementIsLost() throws {
        let count = Guarded(0)
        let threads = try (0..<8).map { _ in
            try WorkerThread("count") {
                for _ in 0..<20_000 { count.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(count.withLock { $0 } == 160_000)
    }

    @Test func aTimedWaitEndsAndSaysThatNothingCame() {
        let signal = Signal()
        let clock = ContinuousClock()
        let start = clock.now
        let came = signal.wait(nanoseconds: 30_000_000) { false }
        #expect(!came)
        #expect(clock.now - start >= .milliseconds(29))
    }

    @Test func aWaitThatIsAlreadyTrueDoesNotSleep() {
        #expect(Signal().wait(nanoseconds: nil) { true })
        #expect(Signal().wait(nanoseconds: 0) { true })
    }

    @Test func aWakeReachesTheSleeperEveryTime() throws {
        let signal = Signal()
        let turn = Guarded(0)
        let rounds = 2_000
        let other = try WorkerThread("ping") {
            for round in 0..<rounds {
                _ = signal.wait(nanoseconds: 10_000_000_000) { turn.withLock { $0 == 2 * round + 1 } }
                turn.withLock { $0 += 1 }
                signal.withLock {}
                signal.wake()
            }
        }
        for round in 0..<rounds {
            turn.withLock { $0 += 1 }
            signal.withLock {}
            signal.wake()
            _ = signal.wait(nanoseconds: 10_000_000_000) { turn.withLock { $0 == 2 * round + 2 } }
        }
        other.join()
        #expect(turn.withLock { $0 } == 2 * rounds)
    }

    @Test func aThreadRunsItsBodyOnceAndCanBeJoined() throws {
        let runs = Guarded(0)
        try WorkerThread("a name of more than fifteen bytes") { runs.withLock { $0 += 1 } }.join()
        #expect(runs.withLock { $0 } == 1)
    }
}
