@testable import EventLog
import Storage
import TestSupport
import Testing

/// Segments that are missing, short, or exchanged for others.
@Suite struct MissingFilesTests {
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
                #expect((reader.log.findings.shortened != nil) == (kept < bytes.count))
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
}
