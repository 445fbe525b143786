@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct FailureTests {
    @Test(.tags(.r02, .r03, .r07)) func afterAFailedSyncNothingIsAnsweredAndNothingIsSyncedAgain() throws {
        let fixture = try LogFixture()
        fixture.append(0..<5, size: 100)
        fixture.disk.fail(.synchronize, .error(.inputOutput))
        let group = (0..<4).map { fixture.queue(LogFixture.payload($0, size: 50)) }
        fixture.commit()
        #expect(group.allSatisfy { $0.failure?.code == .failed })
        let syncs = fixture.disk.count(of: .synchronize)
        let writes = fixture.disk.count(of: .write)
        for _ in 0..<5 {
            let late = fixture.queueSettlements([1])
            fixture.log.appendSettlementsLater(FrameBuffer([2]))
            fixture.log.release(before: 4)
            fixture.commit()
            #expect(late.failure?.code == .failed)
            fixture.idle()
        }
        #expect(fixture.append([1]).failure?.code == .failed)
        fixture.log.close()
        #expect(fixture.disk.count(of: .synchronize) == syncs)
        #expect(fixture.disk.count(of: .write) == writes)
        #expect(fixture.disk.violations.isEmpty)
        #expect(fixture.delegate.failures.map(\.code) == [.failed])
        #expect(fixture.log.tail == 6)
        // What was answered before can still be read.
        #expect(try fixture.readAll().count == 5)
    }

    @Test(.tags(.r07)) func afterAFailedWriteNothingIsAnswered() throws {
        for effect in [DiskFault.Effect.error(.inputOutput), .short(.inputOutput), .short(.noSpace)] {
            let fixture = try LogFixture()
            let payloads = fixture.append(0..<5, size: 100)
            fixture.disk.fail(.write, effect)
            #expect(fixture.append([1, 2, 3]).failure?.code == .failed)
            #expect(fixture.append([4, 5, 6]).failure?.code == .failed)
            #expect(fixture.disk.violations.isEmpty)
            try fixture.powerCut(.everything)
            #expect(try fixture.readAll() == payloads)
        }
    }

    @Test(.tags(.r02)) func afterAFailedSyncAReopenedLogHoldsTheGroupWholeOrNotAtAll() throws {
        for seed in UInt64(0)..<100 {
            let fixture = try LogFixture(on: SimulatedDisk(seed: seed), seed: seed)
            let answered = fixture.append(0..<5, size: 100)
            fixture.disk.fail(.synchronize, .error(.inputOutput))
            // One frame, as one publish request is.
            let unanswered = LogFixture.payload(77, size: 3_000)
            #expect(fixture.append(unanswered).failure != nil)
            // The kernel believes that the group is on the platter; only some of it is.
            try fixture.reopen()
            let served = try fixture.readAll()
            #expect(served == answered || served == answered + [unanswered])
            let next = LogFixture.payload(78, size: 60)
            #expect(fixture.append(next).firstSequence != nil)
            try fixture.powerCut(.nothing)
            #expect(try fixture.readAll() == served + [next], "what was served once is not lost later")
            #expect(fixture.disk.violations.isEmpty)
        }
    }

    /// Every call fails once, in every script; whatever was answered before and after is there in the end.
    @Test(.tags(.r02, .r03, .r07)) func anErrorOfAnyOneCallLosesNothingThatWasAnswered() throws {
        for script in LogScript.all {
            let calls = try script.countCalls()
            for failing in 0..<calls {
                for effect in [DiskFault.Effect.error(.inputOutput), .error(.noSpace)] {
                    let run = try script.prepare(seed: UInt64(failing))
                    run.disk.fail(after: failing, effect)
                    run.play()
                    #expect(run.disk.violations.isEmpty)
                    run.disk.repair()
                    // Another process opens the files, and later the power fails too.
                    run.disk.processDied()
                    try run.check(on: run.disk, "\(script.name), call \(failing) failed")
                    try run.check(on: run.disk.powerCut(.nothing), "\(script.name), call \(failing) failed, power cut")
                }
            }
        }
    }

    @Test(.tags(.r03)) func aBlankFileThatCouldNotBeSyncedIsNotSyncedAgain() throws {
        let fixture = try LogFixture()
        fixture.disk.fail(.synchronize, on: "blank.segment", .error(.inputOutput))
        #expect(throws: LogError.self) { try fixture.log.prepareNextSegment() }
        try fixture.log.prepareNextSegment()
        #expect(fixture.disk.violations.isEmpty)
        #expect(!fixture.log.wantsNextSegment)
        // The log goes on in other files.
        let payloads = fixture.append(0..<80, size: 400)
        #expect(try fixture.readAll() == payloads)
    }

    @Test(.tags(.r07)) func aBlankFileThatCouldNotBeWrittenIsNotWrittenAgain() throws {
        let fixture = try LogFixture()
        fixture.disk.fail(.write, on: "blank.segment", .error(.inputOutput))
        #expect(throws: LogError.self) { try fixture.log.prepareNextSegment() }
        try fixture.log.prepareNextSegment()
        #expect(fixture.disk.history.count { $0.call == .write && $0.path.hasSuffix("blank.segment") } == 1)
        // The log goes on in other files.
        let payloads = fixture.append(0..<80, size: 400)
        #expect(!fixture.log.wantsNextSegment)
        #expect(try fixture.readAll() == payloads)
    }

    @Test(.tags(.r37)) func aBlankFileWithoutSpaceIsTriedAgain() throws {
        let fixture = try LogFixture()
        fixture.disk.fail(.write, on: "blank.segment", .error(.noSpace))
        let error = #expect(throws: LogError.self) { try fixture.log.prepareNextSegment() }
        #expect(error?.code == .noSpace)
        let syncs = fixture.disk.count(of: .synchronize)
        try fixture.log.prepareNextSegment()
        #expect(fixture.disk.count(of: .synchronize) == syncs + 1)
    }

    @Test func aFailedOpenCanBeTriedAgain() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<60, size: 300)
        fixture.log.close()
        for failing in 0..<25 {
            let disk = fixture.disk.powerCut(.everything)
            disk.fail(after: failing, .error(.inputOutput))
            _ = try? LogFixture(on: disk)
            disk.repair()
            disk.processDied()
            #expect(try LogFixture(on: disk).readAll() == payloads)
        }
    }

    /// The acknowledgements that freed the segments may be what was lost.
    @Test(.tags(.r02, .r21)) func afterAFailedSyncNoSegmentIsGivenUp() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<100, size: 300)
        fixture.log.level = .written
        fixture.queueSettlements([7, 7, 7])
        fixture.commit()
        fixture.disk.fail(.synchronize, on: ".segment", .error(.inputOutput))
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        try fixture.powerCut(.nothing)
        #expect(fixture.log.firstSequence == 1)
        #expect(try fixture.readAll() == payloads)
    }

    /// Pages whose sync failed look clean: what the next process serves, it has written itself.
    @Test(.tags(.r02)) func afterAFailedSyncEveryFrameOfTheGroupIsWrittenAgain() throws {
        for seed in UInt64(0)..<20 {
            let fixture = try LogFixture(on: SimulatedDisk(seed: seed))
            fixture.append(0..<3, size: 100)
            for number in 3..<10 { fixture.queue(LogFixture.payload(number, size: 600)) }
            fixture.disk.fail(.synchronize, on: ".segment", .error(.inputOutput))
            fixture.commit()
            try fixture.reopen()
            let served = try fixture.readAll()
            try fixture.powerCut(.nothing)
            #expect(try fixture.readAll() == served, "seed \(seed)")
        }
    }
}
