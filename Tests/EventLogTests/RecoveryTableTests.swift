@testable import EventLog
import Storage
import TestSupport
import Testing

/// Recovery as a table (FORMAT.md section 5): every state of the newest segment's end, of the watermark, of the segments
/// before in both their forms, of what stands in the next one's place, and of the manifests, and what must come of it.
@Suite struct RecoveryTableTests {
    @Test(
        .tags(.r06, .r08, .r09, .r10, .r16, .r18, .r19), arguments: RecoveryRow.Tail.allCases,
        RecoveryRow.Sealed.allCases)
    func everyRowIsDecidedAsTheTableSays(tail: RecoveryRow.Tail, sealed: RecoveryRow.Sealed) throws {
        let store = try RecoveryStore(isRecycled: tail == .earlierLife)
        for row in RecoveryRow.all(tail, sealed) { try check(row, store) }
    }

    private func check(_ row: RecoveryRow, _ store: RecoveryStore) throws {
        let disk = try store.disk(row)
        let before = try LogFixture.files(on: disk)
        let (decision, log) = try decide(disk, row, store)
        #expect(decision == row.decision, "\(row)")
        if let log {
            let (id, end) = store.end(row)
            #expect(try log.readAll() == store.answered(row), "\(row): answered events")
            #expect(log.endOffset == end && log.log.writer.active.segment.header.id == id, "\(row): goes on at X")
            try checkFiles(disk, row, store, before)
            try checkAgain(disk, row, store)
        } else {
            try checkFence(disk, row, store, before)
        }
    }

    /// Opens the log, and says what it did, from what it changed or threw.
    private func decide(
        _ disk: SimulatedDisk, _ row: RecoveryRow, _ store: RecoveryStore
    ) throws -> (RecoveryRow.Decision?, LogFixture?) {
        let (id, end) = store.end(row)
        func behind() throws -> [UInt8] {
            Array((try LogFixture.files(on: disk)[Segment.name(id)] ?? []).dropFirst(end))
        }
        let before = try behind()
        do {
            let log = try LogFixture(on: disk)
            let after = try behind()
            // A file that was shortened gets its blocks back; that alone is no cut.
            let isCut = !before.span.bytes.isZero && after.span.bytes.isZero
            #expect(isCut || after.starts(with: before), "\(row): what is behind X was changed")
            let setsAside = try disk.names(in: LogFixture.directory).contains { $0.hasSuffix(".aside") }
            return (.opens(isCut: isCut, setsAside: setsAside), log)
        } catch let error as LogError where error.code == .damaged {
            let place = RecoveryRow.Place.allCases.first { store.path($0) == error.file }
            return (place.map { .fenced($0) }, nil)
        } catch let error as LogError where error.code == .incompatible && error.file == LogFixture.directory {
            return (.refused, nil)
        } catch let error as LogError where error.code == .incompatible && error.file == store.path(.newest) {
            return (.unknown, nil)
        } catch let error as LogError {
            Issue.record("\(row): \(error)")
            return (nil, nil)
        }
    }

    /// Of the oldest segment the form that holds is left; what was set aside is as it was.
    private func checkFiles(
        _ disk: SimulatedDisk, _ row: RecoveryRow, _ store: RecoveryStore, _ before: [String: [UInt8]]
    ) throws {
        let after = try LogFixture.files(on: disk)
        let paths = Set(after.keys.map { LogFixture.path($0) })
        #expect(paths.contains(store.path(.oldestPacked)) == row.namesPacked, "\(row): the packed form")
        #expect(paths.contains(store.path(.oldest)) != row.namesPacked, "\(row): the segment's own file")
        let next = Segment.name(store.end(row).id + 1)
        for (name, bytes) in after where name.hasSuffix(".aside") {
            #expect(name.hasPrefix(next) && bytes == before[next], "\(row): \(name)")
        }
    }

    /// A second opening finds the same and changes nothing; then the log goes on, and that survives.
    private func checkAgain(_ disk: SimulatedDisk, _ row: RecoveryRow, _ store: RecoveryStore) throws {
        let answered = store.answered(row)
        let after = try LogFixture.files(on: disk)
        let second = try LogFixture(on: disk.powerCut(.nothing))
        #expect(try second.readAll() == answered, "\(row): the second opening")
        #expect(try LogFixture.files(on: second.disk) == after, "\(row): the second opening changes nothing")
        #expect(second.append([1, 2, 3]).firstSequence == UInt64(store.first + answered.count), "\(row): goes on")
        try second.powerCut(.nothing)
        #expect(try second.readAll() == answered + [[1, 2, 3]], "\(row): what was appended survives")
    }

    /// The same at the second opening, and nothing changed.
    private func checkFence(
        _ disk: SimulatedDisk, _ row: RecoveryRow, _ store: RecoveryStore, _ before: [String: [UInt8]]
    ) throws {
        #expect(try LogFixture.files(on: disk) == before, "\(row): nothing is changed")
        #expect(try decide(disk, row, store).0 == row.decision, "\(row): the second opening")
        #expect(try LogFixture.files(on: disk) == before, "\(row): the second opening changes nothing")
    }

    /// Each decision that there is was taken by the log, for the row that says so; and no row says another one.
    @Test func everyDecisionIsTaken() throws {
        let rows = Dictionary(RecoveryRow.all.map { ($0.decision, $0) }, uniquingKeysWith: { first, _ in first })
        #expect(Set(rows.keys) == RecoveryRow.Decision.all)
        var taken: Set<RecoveryRow.Decision> = []
        for row in rows.values {
            let store = try RecoveryStore(isRecycled: row.tail == .earlierLife)
            if let decision = try decide(store.disk(row), row, store).0 { taken.insert(decision) }
        }
        #expect(taken == RecoveryRow.Decision.all)
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
