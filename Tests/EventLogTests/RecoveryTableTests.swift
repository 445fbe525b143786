@testable import EventLog
import Storage
import TestSupport
import Testing

/// Recovery as a table (FORMAT.md section 5): every state of the newest segment's end, of the watermark, of the segments
/// before, and of the manifests, and what must come of it.
@Suite struct RecoveryTableTests {
    @Test(
        .tags(.r06, .r08, .r09, .r10, .r16, .r18, .r19), arguments: RecoveryRow.Tail.allCases,
        RecoveryRow.Sealed.allCases)
    func everyRowIsDecidedAsTheTableSays(tail: RecoveryRow.Tail, sealed: RecoveryRow.Sealed) throws {
        let store = try RecoveryStore(isRecycled: tail == .earlierLife)
        for watermark in RecoveryRow.Watermark.allCases {
            for manifests in RecoveryRow.Manifests.allCases {
                try check(RecoveryRow(tail: tail, watermark: watermark, sealed: sealed, manifests: manifests), store)
            }
        }
    }

    private func check(_ row: RecoveryRow, _ store: RecoveryStore) throws {
        let disk = try store.disk(row)
        let before = try LogFixture.files(on: disk)
        switch row.decision {
        case .opens(let isCut):
            let first = try open(disk, row)
            guard let first else { return }
            #expect(try first.readAll() == store.answered, "\(row): answered events")
            #expect(first.endOffset == store.end, "\(row): goes on at X")
            let newest = try LogFixture.files(on: disk)[Segment.name(store.newest)] ?? []
            let isZero = newest.span.bytes.extracting(store.end..<newest.count).isZero
            #expect(isZero == (isCut || row.tail == .zeros), "\(row): what is behind X")
            try checkAgain(disk, row, store)
        case .fenced(let segment):
            let file = LogFixture.path(Segment.name(store.newest - 2 + UInt64(segment.rawValue)))
            try expectRefusal(disk, row, .damaged, file: file, before)
        case .refused:
            try expectRefusal(disk, row, .incompatible, file: LogFixture.directory, before)
        case .unknown:
            let file = LogFixture.path(Segment.name(store.newest))
            try expectRefusal(disk, row, .incompatible, file: file, before)
        }
    }

    private func open(_ disk: SimulatedDisk, _ row: RecoveryRow) throws -> LogFixture? {
        do {
            return try LogFixture(on: disk)
        } catch let error as LogError {
            Issue.record("\(row) should open: \(error)")
            return nil
        }
    }

    /// A second opening finds the same and changes nothing; then the log goes on, and that survives.
    private func checkAgain(_ disk: SimulatedDisk, _ row: RecoveryRow, _ store: RecoveryStore) throws {
        let after = try LogFixture.files(on: disk)
        let second = try LogFixture(on: disk.powerCut(.nothing))
        #expect(try second.readAll() == store.answered, "\(row): the second opening")
        #expect(try LogFixture.files(on: second.disk) == after, "\(row): the second opening changes nothing")
        #expect(
            second.append([1, 2, 3]).firstSequence == UInt64(store.first + store.answered.count), "\(row): goes on")
        try second.powerCut(.nothing)
        #expect(try second.readAll() == store.answered + [[1, 2, 3]], "\(row): what was appended survives")
    }

    /// The same error at every opening, and nothing changed.
    private func expectRefusal(
        _ disk: SimulatedDisk, _ row: RecoveryRow, _ code: LogError.Code, file: String, _ before: [String: [UInt8]]
    ) throws {
        for _ in 0..<2 {
            do {
                _ = try LogFixture(on: disk)
                Issue.record("\(row) should not open")
            } catch let error as LogError {
                #expect(error.code == code, "\(row): \(error)")
                #expect(error.file == file, "\(row): \(error)")
            }
            #expect(try LogFixture.files(on: disk) == before, "\(row): nothing is changed")
        }
    }

    /// Which decisions there are in the product, so that a change of the table is seen.
    @Test func everyDecisionOccurs() {
        var counts: [RecoveryRow.Decision: Int] = [:]
        for row in RecoveryRow.all { counts[row.decision, default: 0] += 1 }
        #expect(counts.count == 7)
        #expect(counts.values.reduce(0, +) == RecoveryRow.all.count)
    }

    /// Without a manifest: begun again only while the first segment holds nothing.
    @Test(.tags(.r05, .r16, .r19)) func aFirstStartThatWasCutOffIsBegunAgain() throws {
        let fixture = try LogFixture()
        for name in ["MANIFEST-A", "MANIFEST-B"] { try fixture.disk.remove(LogFixture.path(name)) }
        try fixture.reopen()
        #expect(try fixture.readAll().isEmpty)
        #expect(fixture.append([1]).firstSequence == 1)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == [[1]])
    }
}
