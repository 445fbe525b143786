@testable import EventLog
import Storage
import TestSupport
import Testing

/// What a file may hold that never became a segment.
enum BlankContent: CaseIterable {
    case empty, oneByte, halfAHeader, zeros

    var bytes: [UInt8] {
        switch self {
        case .empty: []
        case .oneByte: [0]
        case .halfAHeader: [UInt8](repeating: 0, count: 2_000)
        case .zeros: [UInt8](repeating: 0, count: 16 << 10)
        }
    }
}

/// Files that are empty, unfinished, or not ours.
@Suite struct StrangeFilesTests {
    private static var garbage: [UInt8] {
        var random = SeededRandom(seed: 8)
        return random.bytes(16 << 10)
    }

    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture()
        fixture.append(0..<120, size: 300)
        fixture.idle()
        return (fixture, try fixture.readAll())
    }

    @Test(.tags(.r16), arguments: BlankContent.allCases)
    func anUnfinishedFirstFileDoesNotPreventTheStart(content: BlankContent) throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        try disk.createDirectory("/store/log")
        for directory in ["/", "/store"] { try disk.syncDirectory(directory) }
        try disk.replace(LogFixture.path("0000000000000001.segment"), with: content.bytes)
        let fixture = try LogFixture(on: disk)
        #expect(fixture.append([1]).firstSequence == 1)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == [[1]])
    }

    @Test(.tags(.r16, .r19)) func aFirstFileThatMayHoldEventsIsNotTouchedThoughNoManifestNamesIt() throws {
        let fixture = try LogFixture()
        fixture.append([1, 2, 3])
        for name in ["MANIFEST-A", "MANIFEST-B"] { try fixture.disk.remove(LogFixture.path(name)) }
        let before = try LogFixture.files(on: fixture.disk)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(try LogFixture.files(on: fixture.disk) == before)
    }

    @Test(.tags(.r16), arguments: BlankContent.allCases) func aBrokenNewestSegmentIsNamedAndKept(content: BlankContent)
        throws
    {
        let (fixture, _) = try store()
        try fixture.disk.replace(fixture.newestPath, with: content.bytes)
        let before = try LogFixture.files(on: fixture.disk)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(error?.file == fixture.newestPath)
        #expect(try LogFixture.files(on: fixture.disk) == before)
    }

    /// No roll leaves such a file; whatever it is, it is kept and the log goes on.
    @Test(.tags(.r16, .r19)) func aStrangeFileBehindTheNewestSegmentIsSetAsideAndKept() throws {
        for bytes in BlankContent.allCases.map(\.bytes) + [Self.garbage] {
            for distance in [UInt64(1), 2, 900] {
                let (fixture, payloads) = try store()
                let id = fixture.log.writer.active.segment.header.id + distance
                try fixture.disk.replace(LogFixture.path(Segment.name(id)), with: bytes)
                try fixture.reopen()
                #expect(try fixture.readAll() == payloads)
                let aside = try fixture.disk.names(in: LogFixture.directory).filter { $0.hasSuffix(".aside") }
                #expect(aside.count == 1)
                #expect(try fixture.disk.durableBytes(LogFixture.path(aside[0])) == bytes)
                fixture.append(0..<100, size: 300)
                try fixture.powerCut(.nothing)
                #expect(try fixture.readAll().count == payloads.count + 100)
            }
        }
    }

    @Test(.tags(.r16, .r19)) func aBlankFileBehindAnEndedSegmentIsSetAside() throws {
        for bytes in BlankContent.allCases.map(\.bytes) {
            let fixture = try Self.ended()
            let tail = fixture.log.tail
            try fixture.disk.replace(LogFixture.path(Segment.name(2)), with: bytes)
            try fixture.reopen()
            #expect(fixture.log.tail == tail)
            #expect(fixture.append([1]).firstSequence == tail)
            #expect(try fixture.disk.names(in: LogFixture.directory).contains { $0.hasSuffix(".aside") })
        }
    }

    /// The name is given only after header and checkpoint were synced: this file was whole once, and may hold events.
    @Test(.tags(.r08, .r16)) func anUnreadableFileBehindAnEndedSegmentIsDamage() throws {
        let fixture = try Self.ended()
        try fixture.disk.replace(LogFixture.path(Segment.name(2)), with: Self.garbage)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(error?.file == LogFixture.path(Segment.name(2)))
    }

    @Test(.tags(.r19)) func filesThatAreNoneOfTheLogsAreLeftAlone() throws {
        let (fixture, payloads) = try store()
        let strangers = [
            "notes.txt", "subscriptions", "0000000000000001.segment.bak", "+000000000000001.segment", "x.aside",
        ]
        for name in strangers { try fixture.disk.replace(LogFixture.path(name), with: [1, 2, 3]) }
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
        for name in strangers { #expect(try fixture.disk.durableBytes(LogFixture.path(name)) == [1, 2, 3]) }
    }

    @Test func aSegmentOfAnotherLogOrStoreIsRefused() throws {
        let (fixture, _) = try store()
        var configuration = LogFixture.configuration(fixture.disk)
        configuration.identity.log = 8
        let error = #expect(throws: LogError.self) {
            try SegmentedLog.open(configuration, committer: Committer(clock: ManualClock()))
        }
        #expect(error?.code == .incompatible)
    }

    /// A log that crashed in a roll, after the seal: its only segment is ended, and has no successor.
    private static func ended() throws -> LogFixture {
        let fixture = try LogFixture()
        fixture.append(LogFixture.payload(1, size: 11_000))
        fixture.disk.fail(.rename, lasting: true, .powerOff)
        fixture.append(LogFixture.payload(2, size: 2_000))
        try fixture.reopen(on: fixture.disk.powerCut(.nothing))
        #expect(fixture.log.writer.active.isSealed)
        return fixture
    }

    /// The only segment of a log follows no other one, whose link would tell.
    @Test(.tags(.r30)) func theOnlySegmentOfAnotherLogIsRefused() throws {
        let fixture = try LogFixture()
        fixture.append(0..<3, size: 100)
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        var configuration = LogFixture.configuration(disk)
        configuration.identity.log += 1
        let other = try SegmentedLog.open(configuration, committer: Committer(clock: fixture.clock))
        let path = fixture.newestPath
        #expect(other.writer.active.segment.path == path)
        try fixture.disk.replace(path, with: try disk.liveBytes(path))
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged && error?.file == path)
        #expect(error?.message.contains("another log") == true)
    }

    /// Of a copy of the store that went on by itself: the same log, the same number, but other events before it.
    @Test(.tags(.r18)) func theNewestSegmentOfACopyThatWentOnIsRefused() throws {
        let fixture = try LogFixture()
        while fixture.segmentNames.count < 2 { fixture.append(LogFixture.payload(1, size: 300)) }
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        let copy = try LogFixture()
        while copy.segmentNames.count < 2 { copy.append(LogFixture.payload(1, size: 900)) }
        let path = fixture.newestPath
        #expect(copy.newestPath == path && copy.log.tail != fixture.log.tail)
        try fixture.disk.replace(path, with: try copy.disk.liveBytes(path))
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged && error?.file == path && error?.offset == 48)
    }

    @Test(.tags(.r18)) func afterTheFirstStartEitherFileIsEnough() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<3, size: 100)
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            let disk = fixture.disk.powerCut(.nothing)
            try disk.damage(LogFixture.path(name), 20..<21) { $0 ^ 1 }
            #expect(try LogFixture(on: disk).readAll() == payloads, "\(name) is damaged")
        }
    }
}
