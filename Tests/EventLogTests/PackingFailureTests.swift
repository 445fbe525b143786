@testable import EventLog
import Storage
import TestSupport
import Testing

/// Packing on a disk that fails, is full, loses power or holds damage.
@Suite struct PackingFailureTests {
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture()
        return (fixture, fixture.appendTexts(0..<200, size: 300))
    }

    @Test(.tags(.r37)) func aFullDiskLeavesTheLogAsItIs() throws {
        let (fixture, payloads) = try store()
        let files = try LogFixture.files(on: fixture.disk)
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        let error = #expect(throws: LogError.self) { try fixture.log.packNextColdSegment(olderThan: 0) }
        #expect(error?.code == .noSpace)
        #expect(try LogFixture.files(on: fixture.disk) == files)
        #expect(fixture.append([1]).firstSequence != nil)
        fixture.disk.spaceLimit = nil
        #expect(try fixture.packAll() > 0)
        #expect(try fixture.readAll() == payloads + [[1]])
    }

    /// Whatever call fails: nothing that was answered is lost, and before the manifest the log does not even notice.
    @Test(.tags(.r02, .r03, .r37)) func anErrorOfAnyOneCallWhilePackingLosesNothing() throws {
        for effect in [DiskFault.Effect.error(.inputOutput), .error(.noSpace), .short(.noSpace)] {
            try failEachCall(effect)
        }
    }

    private func failEachCall(_ effect: DiskFault.Effect) throws {
        let (counting, _) = try store()
        let before = counting.disk.count()
        _ = try counting.log.packNextColdSegment(olderThan: 0)
        let calls = counting.disk.count() - before
        let renamed = try #require(counting.disk.history.dropFirst(before).firstIndex { $0.call == .rename }) - before
        for failing in 0..<calls {
            let (fixture, payloads) = try store()
            fixture.disk.fail(after: failing, effect)
            let outcome = Result { try fixture.log.packNextColdSegment(olderThan: 0) }
            fixture.disk.repair()
            if failing <= renamed {
                #expect(throws: LogError.self) { try outcome.get() }
                #expect(!fixture.log.hasFailed, "call \(failing)")
                #expect(fixture.packedNames.isEmpty)
                let drafts = try fixture.disk.names(in: LogFixture.directory).filter { $0.hasSuffix(".packing") }
                #expect(drafts.isEmpty, "call \(failing)")
                // It is tried again and succeeds.
                #expect(try fixture.packAll() > 0)
            }
            #expect(try fixture.readAll() == payloads, "call \(failing)")
            #expect(fixture.disk.violations.isEmpty)
            try fixture.reopen()
            #expect(try fixture.readAll() == payloads, "call \(failing), opened again")
            #expect(try fixture.disk.names(in: LogFixture.directory).allSatisfy { !$0.hasSuffix(".packing") })
            #expect(
                Set(fixture.packedNames.map { $0.prefix(16) }).isDisjoint(
                    with: fixture.segmentNames.map { $0.prefix(16) }))
            try fixture.packAll()
            try fixture.powerCut(.nothing)
            #expect(try fixture.readAll() == payloads, "call \(failing), power cut")
        }
    }

    /// The first sync makes the packed file's name durable, the second that the segment's own file is gone.
    @Test(.tags(.r02, .r07), arguments: [0, 1], [StorageError.Code.inputOutput, .noSpace])
    func aFailedSyncOfTheDirectoryWhilePackingFailsTheLog(after: Int, code: StorageError.Code) throws {
        let (fixture, payloads) = try store()
        fixture.disk.fail(.syncDirectory, on: LogFixture.directory, after: after, .error(code))
        let error = #expect(throws: LogError.self) { try fixture.log.packNextColdSegment(olderThan: 0) }
        #expect(error?.code == .failed)
        #expect(fixture.disk.faultsLeft == 0)
        #expect(fixture.delegate.failures.map(\.code) == [.failed])
        #expect(fixture.append([1]).failure?.code == .failed)
        #expect(try fixture.readAll() == payloads)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == payloads)
    }

    @Test(.tags(.r08)) func aDamagedSegmentIsReportedNotPackedAndTheOthersAre() throws {
        let (fixture, _) = try store()
        let sealed = fixture.log.reading.withLock { $0.sealed[1] }
        let frame = try #require(try fixture.log.frame(containing: sealed.baseSequence + 4))
        let place = frame.offset + 70
        try fixture.disk.damage(sealed.segment.path, place..<place + 1) { $0 ^ 1 }
        guard case .packed(1, _, _) = try fixture.log.packNextColdSegment(olderThan: 0) else {
            Issue.record("the first was not packed")
            return
        }
        let error = #expect(throws: LogError.self) { try fixture.log.packNextColdSegment(olderThan: 0) }
        #expect(error?.code == .damaged)
        #expect(error?.file == sealed.segment.path)
        #expect(error?.offset == frame.offset)
        #expect(error?.sequences == frame.firstSequence...frame.endSequence - 1)
        #expect(!fixture.log.hasFailed)
        guard case .packed(3, _, _) = try fixture.log.packNextColdSegment(olderThan: 0) else {
            Issue.record("the third was not packed")
            return
        }
        #expect(fixture.segmentNames.contains(Segment.name(2)))
    }

    /// The bytes that were written are not those that come back.
    @Test func aPackedFileThatDoesNotReadBackIsNotUsed() throws {
        let (fixture, payloads) = try store()
        let packer = SegmentPacker(configuration: fixture.log.configuration) {
            // Asked before each block, here before the comparison: the file is there by then.
            try? fixture.disk.damage(LogFixture.path(PackedFile.draftName(1)), 200..<201) { $0 ^ 4 }
            return false
        }
        let sealed = fixture.log.reading.withLock { $0.sealed[0] }
        let error = #expect(throws: LogError.self) { try packer.pack(sealed) }
        #expect(error?.code == .damaged)
        #expect(error?.file == LogFixture.path(PackedFile.name(1)))
        #expect(try fixture.disk.names(in: LogFixture.directory).allSatisfy { !$0.hasSuffix(".packing") })
        #expect(try fixture.readAll() == payloads)
    }

    @Test func afterPackingEitherFileOfTheManifestNamesWhatIsThere() throws {
        let (fixture, payloads) = try store()
        _ = try fixture.log.packNextColdSegment(olderThan: 0)
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            let disk = fixture.disk.powerCut(.nothing)
            try disk.damage(LogFixture.path(name), 20..<21) { $0 ^ 1 }
            #expect(try LogFixture(on: disk).readAll() == payloads)
        }
    }

    /// Packing is interrupted at any call; the next process clears up; then one file of the manifest is lost.
    @Test(.tags(.r01, .r05)) func afterAnInterruptedPackingEitherFileOfTheManifestNamesWhatIsThere() throws {
        let (counting, _) = try store()
        let before = counting.disk.count()
        _ = try counting.log.packNextColdSegment(olderThan: 0)
        for calls in 0...counting.disk.count() - before {
            for survival in [Survival.everything, .nothing, .seeded(UInt64(calls))] {
                let (fixture, payloads) = try store()
                fixture.disk.powerOff(afterCalls: calls)
                _ = try? fixture.log.packNextColdSegment(olderThan: 0)
                try fixture.powerCut(survival)
                #expect(try fixture.readAll() == payloads)
                let drafts = try fixture.disk.names(in: LogFixture.directory).filter { $0.hasSuffix(".packing") }
                #expect(drafts.isEmpty)
                for name in ["MANIFEST-A", "MANIFEST-B"] {
                    let disk = fixture.disk.powerCut(.nothing)
                    try disk.damage(LogFixture.path(name), 20..<21) { $0 ^ 1 }
                    do {
                        #expect(try LogFixture(on: disk).readAll() == payloads)
                    } catch let error as LogError {
                        Issue.record("cut after call \(calls), \(name) lost: \(error)")
                    }
                }
            }
        }
    }

    /// The manifest that names a packed file is written while frames of level `written` wait for their sync.
    @Test(.tags(.r06)) func packingVouchesForNothingThatIsNotSynced() throws {
        let (fixture, payloads) = try store()
        fixture.log.level = .written
        fixture.append([1, 2, 3])
        #expect(try fixture.packAll() > 0)
        try fixture.powerCut(.nothing)
        #expect(try Array(fixture.readAll().prefix(payloads.count)) == payloads)
    }

    @Test(.tags(.r02)) func aLogThatFailsWhileItPacksNamesNothing() throws {
        let (fixture, payloads) = try store()
        let ticket = fixture.queue([1, 2, 3])
        fixture.disk.fail(.synchronize, on: ".segment", .error(.inputOutput))
        let error = #expect(throws: LogError.self) { try fixture.log.packNextColdSegment(olderThan: 0) }
        #expect(error?.code == .failed && ticket.firstSequence == nil)
        #expect(fixture.packedNames.isEmpty)
        try fixture.powerCut(.everything)
        #expect(try Array(fixture.readAll().prefix(payloads.count)) == payloads)
    }
}
