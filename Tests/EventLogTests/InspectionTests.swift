@testable import EventLog
import Storage
import TestSupport
import Testing

/// Reading the files of a log without opening it.
@Suite struct InspectionTests {
    private func inspect(_ disk: SimulatedDisk, _ directory: String = LogFixture.directory) throws -> LogInspection {
        try LogInspection(directory, identity: LogFixture.configuration(disk).identity, disk)
    }

    private struct Found {
        var events: [(sequence: UInt64, payload: [UInt8])] = []
        var damages: [DamagedRange] = []
        var end: SegmentEnd?
    }

    private func read(_ disk: SimulatedDisk) throws -> Found {
        var found = Found()
        for segment in try inspect(disk).segments {
            var scan = SegmentScan(segment)
            while let item = scan.next() {
                switch item {
                case .frame(let frame) where frame.kind == .events:
                    found.events.append((frame.firstSequence, frame.payload.array()))
                case .frame: break
                case .damage(let range): found.damages.append(range)
                }
            }
            found.end = scan.end
        }
        return found
    }

    @Test func everyFrameOfEveryFormIsShownAndNothingIsChanged() throws {
        let fixture = try LogFixture()
        fixture.appendTexts(0..<200, size: 700)
        #expect(try fixture.packAll() > 2)
        fixture.append(200..<205, size: 90)
        let before = try LogFixture.files(on: fixture.disk)
        let expected = try fixture.readFrames()
        let found = try read(fixture.disk)
        #expect(found.events.map(\.sequence) == expected.map(\.sequence))
        #expect(found.events.map(\.payload) == expected.map(\.payload))
        #expect(found.damages.isEmpty && found.end == .open)
        #expect(try inspect(fixture.disk).faults.isEmpty)
        #expect(try LogFixture.files(on: fixture.disk) == before)
    }

    @Test(.tags(.r10)) func aTornEndIsNoDamage() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<5, size: 100)
        let start = fixture.endOffset
        fixture.append([9, 9, 9])
        try fixture.disk.damage(fixture.newestPath, start + 64..<start + 65) { $0 ^ 1 }
        let found = try read(fixture.disk)
        #expect(found.events.map(\.payload) == payloads)
        #expect(found.damages.isEmpty && found.end == .torn)
    }

    @Test(.tags(.r08, .r10), arguments: [0, 64]) func whatALaterFrameVouchesForIsDamage(byte: Int) throws {
        let fixture = try LogFixture()
        fixture.append(0..<5, size: 100)
        let start = fixture.endOffset
        fixture.append([9, 9, 9])
        let after = LogFixture.payload(1, size: 50)
        fixture.append(after)
        try fixture.disk.damage(fixture.newestPath, start + byte..<start + byte + 1) { $0 ^ 1 }
        let found = try read(fixture.disk)
        #expect(found.damages.map(\.error.sequences) == [6...6])
        #expect(found.damages.map(\.offset) == [start])
        #expect(found.events.last?.payload == after)
    }

    @Test(.tags(.r08, .r10)) func whatOnlyTheManifestVouchesForIsDamage() throws {
        let fixture = try LogFixture()
        fixture.append(0..<5, size: 100)
        let start = fixture.endOffset
        fixture.append([9, 9, 9])
        fixture.log.close()
        fixture.commit()
        try fixture.disk.damage(fixture.newestPath, start + 64..<fixture.disk.liveBytes(fixture.newestPath).count) {
            _ in 0
        }
        let found = try read(fixture.disk)
        #expect(found.damages.first?.offset == start)
    }

    @Test(.tags(.r18)) func aBlockOfAPackedSegmentThatIsDamagedHidesNoOther() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.appendTexts(0..<800, size: 700)
        #expect(try fixture.packAll() > 0)
        let path = LogFixture.path(try #require(fixture.packedNames.first))
        let expected = try fixture.readFrames().count
        try fixture.disk.damage(path, 200..<201) { $0 ^ 1 }
        let found = try read(fixture.disk)
        let damage = try #require(found.damages.first)
        #expect(found.damages.count == 1)
        let lost = try #require(damage.error.sequences)
        #expect(found.events.count == expected - lost.count)
        #expect(lost.lowerBound == 1 && lost.count < 200)
    }

    @Test(.tags(.r18)) func aFileOfAnyLengthIsReadToItsEnd() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 900)
        let path = LogFixture.path(try #require(fixture.segmentNames.first))
        let bytes = try fixture.disk.liveBytes(path)
        for length in [1, 8, 100, 4_096, 4_100, 4_160, 9_000, 9_001] {
            try fixture.disk.replace(path, with: Array(bytes.prefix(length)))
            #expect(try !inspect(fixture.disk).faults.isEmpty)
            #expect(try read(fixture.disk).events.last?.sequence == 60)
        }
    }
}
