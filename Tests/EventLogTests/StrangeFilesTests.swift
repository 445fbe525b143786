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

/// Files that are missing, short, empty, or not ours.
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

    @Test(.tags(.r18)) func anyMissingSegmentIsNamedAtOpen() throws {
        let (fixture, _) = try store()
        #expect(fixture.segmentNames.count >= 3)
        for name in fixture.segmentNames {
            let disk = fixture.disk.powerCut(.everything)
            try disk.remove(LogFixture.path(name))
            let others = try LogFixture.files(on: disk)
            let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(error?.code == .damaged)
            #expect(error?.file == LogFixture.path(name))
            #expect(try LogFixture.files(on: disk) == others)
        }
    }

    @Test(.tags(.r18)) func aMissingSegmentIsNamedRightAfterTheRollThatMadeIt() throws {
        let fixture = try LogFixture()
        var number = 0
        while fixture.segmentNames.count < 3 {
            fixture.append(number..<number + 1, size: 300)
            number += 1
        }
        try fixture.disk.remove(fixture.newestPath)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
    }

    @Test(.tags(.r18)) func aMissingSegmentThatRecoveryHadTakenInIsNamed() throws {
        let fixture = try LogFixture()
        fixture.append(LogFixture.payload(1, size: 11_000))
        // The power fails in the roll, after the rename and before the manifest.
        fixture.disk.fail(.write, on: "MANIFEST-A", lasting: true, .powerOff)
        fixture.disk.fail(.write, on: "MANIFEST-B", lasting: true, .powerOff)
        fixture.append(LogFixture.payload(2, size: 2_000))
        try fixture.powerCut(.everything)
        #expect(fixture.segmentNames.count == 2)
        #expect(fixture.append([1]).firstSequence == 2)
        try fixture.disk.remove(fixture.newestPath)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(error?.file == LogFixture.path(Segment.name(2)))
    }

    @Test(.tags(.r18)) func anyShortenedSealedSegmentIsNamedAtOpen() throws {
        let (fixture, _) = try store()
        for name in fixture.segmentNames.dropLast() {
            let path = LogFixture.path(name)
            let bytes = try fixture.disk.durableBytes(path)
            let sealed = fixture.log.reading.withLock { $0.sealed }
            let length = try #require(sealed.first { $0.segment.path == path }?.length)
            for kept in [0, 1, 87, 4_095, 4_096, 9_000, length - 1] {
                let disk = fixture.disk.powerCut(.everything)
                try disk.replace(path, with: Array(bytes[..<kept]))
                let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
                #expect(error?.code == .damaged)
                #expect(error?.file == path)
                #expect(error?.sequences != nil)
            }
        }
    }

    @Test(.tags(.r18)) func aSealedSegmentExchangedForAnotherOneIsNamed() throws {
        let (fixture, _) = try store()
        let first = try fixture.disk.durableBytes(LogFixture.path(fixture.segmentNames[0]))
        try fixture.disk.replace(LogFixture.path(fixture.segmentNames[1]), with: first)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(error?.file == LogFixture.path(fixture.segmentNames[1]))
    }

    /// Two logs grew out of one copy of the files: same identity, same names, same sequences and lengths, other events.
    @Test(.tags(.r18)) func aSealedSegmentOfARestoredCopyIsNamed() throws {
        let origin = try LogFixture()
        origin.append(0..<10, size: 300)
        let first = try LogFixture(on: origin.disk.powerCut(.everything), seed: 2)
        let second = try LogFixture(on: origin.disk.powerCut(.everything), seed: 3)
        first.append(100..<200, size: 300)
        second.append(200..<300, size: 300)
        for name in first.segmentNames.dropLast() {
            let disk = first.disk.powerCut(.everything)
            try disk.replace(LogFixture.path(name), with: second.disk.durableBytes(LogFixture.path(name)))
            let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(error?.code == .damaged)
        }
    }

    @Test(.tags(.r06, .r18)) func theNewestSegmentCutBelowItsWatermarkIsNamedAndAboveItOpens() throws {
        let (fixture, payloads) = try store()
        let path = fixture.newestPath
        let bytes = try fixture.disk.durableBytes(path)
        let end = fixture.endOffset
        // The manifest of a closed log knows how far it reached.
        fixture.log.close()
        for kept in stride(from: 0, through: bytes.count, by: 24) {
            let disk = fixture.disk.powerCut(.everything)
            try disk.replace(path, with: Array(bytes[..<kept]))
            if kept < end {
                let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
                #expect(error?.code == .damaged)
                #expect(error?.file == path)
            } else {
                let reader = try LogFixture(on: disk)
                #expect(try reader.readAll() == payloads)
                // Its blocks are back: it can be filled, sealed and read again.
                reader.append(500..<600, size: 300)
                try reader.powerCut(.nothing)
                #expect(try reader.readAll().count == payloads.count + 100)
            }
        }
    }

    @Test(.tags(.r06)) func aFileCutRightBehindItsLastFrameHasRoomForItsSealAgain() throws {
        // Segments grow, so that the newest is longer than the first: its own length must be restored, not the minimum.
        let fixture = try LogFixture(segmentBytes: (16 << 10)...(64 << 10))
        while fixture.endOffset < 40 << 10 { fixture.append(LogFixture.payload(1, size: 300)) }
        let bytes = try fixture.disk.durableBytes(fixture.newestPath)
        let disk = fixture.disk.powerCut(.everything)
        try disk.replace(fixture.newestPath, with: Array(bytes[..<fixture.endOffset]))
        let reader = try LogFixture(on: disk)
        let before = try reader.readAll()
        reader.append(0..<100, size: 300)
        #expect(try reader.readAll().count == before.count + 100)
        try reader.powerCut(.nothing)
        #expect(try reader.readAll().count == before.count + 100)
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
}
