@testable import EventLog
import Storage
import TestSupport
import Testing

/// What was renamed or removed stays so through a power cut right behind it.
@Suite struct DurableNamesTests {
    /// The names of the directory are those that a power cut leaves.
    private func expectDurable(_ disk: SimulatedDisk, _ location: SourceLocation = #_sourceLocation) throws {
        let names = try disk.names(in: LogFixture.directory)
        #expect(try disk.powerCut(.nothing).names(in: LogFixture.directory) == names, sourceLocation: location)
    }

    @Test(.tags(.r05, .r38)) func theFilesOfGivenUpSegmentsAreGoneForGood() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(fixture.segmentNames.count == 1)
        try expectDurable(fixture.disk)
    }

    @Test(.tags(.r05)) func theFileThatWasPackedIsGoneForGood() throws {
        let fixture = try LogFixture()
        fixture.appendTexts(0..<120, size: 300)
        #expect(try fixture.packAll() > 0)
        try expectDurable(fixture.disk)
    }

    @Test(.tags(.r05)) func whatAnInterruptedPackingLeftIsGoneForGood() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        try fixture.disk.replace(LogFixture.path(PackedFile.draftName(1)), with: [1, 2, 3])
        try fixture.reopen()
        #expect(try !fixture.disk.names(in: LogFixture.directory).contains(PackedFile.draftName(1)))
        try expectDurable(fixture.disk)
    }

    @Test(.tags(.r05, .r16), arguments: [Segment.name(0x99), PackedFile.name(0x99)])
    func whatIsSetAsideAtAnOpeningStaysThere(name: String) throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        try fixture.disk.replace(LogFixture.path(name), with: Array(repeating: 7, count: 5_000))
        try fixture.reopen()
        #expect(try fixture.disk.names(in: LogFixture.directory).contains { $0.hasSuffix(".aside") })
        try expectDurable(fixture.disk)
    }

    /// Names that a process made and did not live to sync.
    @Test(.tags(.r05)) func whatAnEarlierProcessNamedIsDurableAfterTheOpening() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        _ = try fixture.disk.open(LogFixture.path("something"), .createNew)
        try fixture.reopen()
        try expectDurable(fixture.disk)
    }
}
