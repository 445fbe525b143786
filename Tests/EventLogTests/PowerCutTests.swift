import EventLog
import Storage
import TestSupport
import Testing

/// The power fails, or the process dies, at every call to the disk of a few scripts (FORMAT.md section 5).
@Suite struct PowerCutTests {
    @Test(.tags(.r01, .r05), arguments: LogScript.all.filter { $0.name != LogScript.firstStart.name })
    func aPowerCutAtAnyCallLosesNothingThatWasAnswered(script: LogScript) throws {
        try cutAtAnyCall(of: script, seeds: 6)
    }

    /// A first start is short, and every order of its files and names matters.
    @Test(.tags(.r01, .r05)) func aPowerCutAtAnyCallOfTheFirstStartLosesNothing() throws {
        try cutAtAnyCall(of: .firstStart, seeds: 80)
    }

    private func cutAtAnyCall(of script: LogScript, seeds: UInt64) throws {
        for calls in 0...(try script.countCalls()) {
            for seed in 0..<seeds {
                let run = try script.prepare(seed: 5)
                run.disk.powerOff(afterCalls: calls)
                run.play()
                let survival = seed == 0 ? Survival.nothing : seed == 1 ? .everything : .seeded(seed)
                try run.check(on: run.disk.powerCut(survival), "\(script), power cut after call \(calls), seed \(seed)")
                #expect(run.disk.violations.isEmpty)
            }
        }
    }

    /// The process dies at a call; the next one relies on what it sees, and only then the power fails.
    @Test(.tags(.r01, .r05), arguments: LogScript.all)
    func whatTheNextProcessReliedOnSurvivesThePowerCutAfterIt(script: LogScript) throws {
        for calls in 0...(try script.countCalls()) {
            for seed in UInt64(0)..<3 {
                let run = try script.prepare(seed: 5)
                run.disk.powerOff(afterCalls: calls)
                run.play()
                run.disk.repair()
                run.disk.processDied()
                let next = try LogFixture(on: run.disk, seed: 77)
                let first = next.log.firstSequence
                let served = try next.readFrames().map { [$0.sequence] + $0.payload.map(UInt64.init) }
                let survival = seed == 0 ? Survival.nothing : .seeded(seed)
                let last = try LogFixture(on: run.disk.powerCut(survival), seed: 78)
                #expect(last.log.firstSequence == first)
                let left = try last.readFrames().map { [$0.sequence] + $0.payload.map(UInt64.init) }
                #expect(left == served, "\(script), died after call \(calls), seed \(seed)")
            }
        }
    }

    /// Recovery itself is interrupted, at any of its calls, and then the one after it.
    @Test(.tags(.r05, .r13), arguments: LogScript.all)
    func aPowerCutDuringRecoveryLosesNothing(script: LogScript) throws {
        for calls in stride(from: 1, through: try script.countCalls(), by: 5) {
            for recoveryCalls in stride(from: calls % 3, to: 30, by: 3) {
                let run = try script.prepare(seed: 5)
                run.disk.powerOff(afterCalls: calls)
                run.play()
                let half = run.disk.powerCut(.seeded(UInt64(calls * 100 + recoveryCalls)))
                half.powerOff(afterCalls: recoveryCalls)
                _ = try? LogFixture(on: half, seed: 77)
                let disk = half.powerCut(.seeded(UInt64(calls * 77 + recoveryCalls)))
                try run.check(on: disk, "\(script), cut after call \(calls), again after \(recoveryCalls)")
            }
        }
    }
}
