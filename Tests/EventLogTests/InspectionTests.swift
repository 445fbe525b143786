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
        try fixture.disk.damage(path, 200..<201) { $0 ^ 3 }
        let found = try read(fixture.disk)
        let damage = try #require(found.damages.first)
        #expect(found.damages.count == 1)
        let lost = try #require(damage.error.sequences)
        #expect(found.events.count == expected - lost.count)
        #expect(lost.lowerBound == 1 && lost.count < 200)
    }

    @Test(.tags(.r18)) func aBlockOfAPackedSegmentWithAFlippedBitIsDamageThatHidesNothing() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.appendTexts(0..<800, size: 700)
        #expect(try fixture.packAll() > 0)
        let path = LogFixture.path(try #require(fixture.packedNames.first))
        let expected = try read(fixture.disk).events.map(\.payload)
        for place in [160, 161, 700, 2_000] {
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(path, place..<place + 1) { $0 ^ 16 }
            let found = try read(disk)
            #expect(found.damages.map(\.isMended) == [true] && found.damages.first?.error.file == path)
            #expect(found.events.map(\.payload) == expected)
        }
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

    /// Sound in itself, of the same length, with the same sequences: only what is chained to it tells.
    @Test(.tags(.r18)) func aSegmentOfACopyThatWentAnotherWayIsDamage() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 900)
        let other = try LogFixture()
        other.append(1_000..<1_060, size: 900)
        let names = fixture.segmentNames
        #expect(names.count > 3 && names == other.segmentNames)
        for (position, name) in names.dropLast().enumerated() {
            let disk = fixture.disk.powerCut(.everything)
            try disk.replace(LogFixture.path(name), with: other.disk.liveBytes(LogFixture.path(name)))
            // It does not end as the next one says, nor does the one before as it says.
            let files = names[max(0, position - 1)...position].map(LogFixture.path)
            #expect(try read(disk).damages.map(\.error.file) == files)
        }
    }

    /// Each byte of the header in turn, and every seventh of the block index.
    @Test(.tags(.r18)) func aFlippedBitInHeaderOrIndexOfAPackedSegmentHidesNoFrame() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.appendTexts(0..<300, size: 700)
        fixture.append(300..<1_200, size: 700)
        #expect(try fixture.packAll() > 0)
        let expected = try read(fixture.disk).events.map(\.payload)
        let path = LogFixture.path(try #require(fixture.packedNames.first))
        let segment = try inspect(fixture.disk).segments[0].segment
        let packed = try #require(segment?.packed)
        let index = stride(from: packed.header.indexOffset, to: packed.region.length, by: 7)
        for byte in Array(0..<PackedHeader.length) + Array(index) {
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(path, byte..<byte + 1) { $0 ^ (1 << UInt8(byte % 8)) }
            let faults = try inspect(disk).faults
            #expect(faults.count == 1 && faults.first?.file == path, "byte \(byte)")
            let found = try read(disk)
            #expect(found.events.map(\.payload) == expected && found.damages.isEmpty, "byte \(byte)")
        }
    }

    /// Blocks behind one that cannot be read are not found without the index.
    @Test(.tags(.r18)) func aDamagedBlockWithoutAnIndexHidesWhatFollowsInItsSegmentOnly() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.appendTexts(0..<1_200, size: 700)
        #expect(try fixture.packAll() > 1)
        let path = LogFixture.path(try #require(fixture.packedNames.first))
        let length = try fixture.disk.liveBytes(path).count
        try fixture.disk.damage(path, length - 1..<length) { $0 ^ 1 }
        try fixture.disk.damage(path, PackedHeader.length + 2_000..<PackedHeader.length + 2_004) { $0 ^ 1 }
        let found = try read(fixture.disk)
        #expect(!found.damages.isEmpty)
        #expect(found.events.last?.sequence == 1_200)
    }

    @Test func filesThatTheLogDoesNotNameAreTold() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 900)
        let names = fixture.segmentNames
        let bytes = try fixture.disk.liveBytes(LogFixture.path(names[0]))
        let later = Segment.name(0x99)
        for name in ["1.aside", PackedFile.name(1), later, "notes.txt"] {
            try fixture.disk.replace(LogFixture.path(name), with: bytes)
        }
        let found = try inspect(fixture.disk).otherFiles
        #expect(
            found == [
                OtherFile(name: PackedFile.name(1), kind: .leftOver), OtherFile(name: later, kind: .unconnected),
                OtherFile(name: "1.aside", kind: .setAside),
            ])
    }

    @Test(.tags(.r18)) func aSegmentThatEndsOtherwiseThanTheManifestOrItsPackedHeaderSaysIsDamage() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.appendTexts(0..<1_200, size: 700)
        #expect(try fixture.packAll() > 0)
        let path = LogFixture.path(try #require(fixture.packedNames.first))
        let listed = try inspect(fixture.disk).segments
        let first = try #require(listed[0].segment?.packed)
        // One whose checksums are right, with another seal.
        var header = first.header
        header.sealChecksum ^= 1
        let other = header.encoded().bytes.array()
        let disk = fixture.disk.powerCut(.everything)
        try disk.replace(path, with: other + disk.liveBytes(path)[other.count...])
        #expect(try read(disk).damages.map(\.error.file) == [path])

        let sealed = try #require(listed.first { !$0.isPacked })
        for offset: UInt64 in [0, 1] {
            let entry = SegmentLedger.Entry(
                id: sealed.id, baseSequence: sealed.baseSequence, length: UInt64(try #require(sealed.recordedEnd)),
                endSequence: try #require(sealed.recordedEndSequence) + offset)
            let segment = InspectedSegment(
                entry, of: LogFixture.configuration(disk).identity, watermark: nil, in: LogFixture.directory, disk,
                BlockCache())
            var scan = SegmentScan(segment)
            var damages = 0
            while let item = scan.next() {
                if case .damage = item { damages += 1 }
            }
            #expect(damages == Int(offset))
        }
    }

    @Test func whatTheLogGaveUpOrPackedSinceIsNotNamedAnyMore() throws {
        let fixture = try LogFixture()
        fixture.appendTexts(0..<120, size: 900)
        let before = try inspect(fixture.disk)
        #expect(before.segments.allSatisfy { before.stillNames($0, fixture.disk) })
        fixture.log.release(before: before.segments[2].baseSequence)
        fixture.commit()
        #expect(try fixture.packAll() > 0)
        let isNamed = before.segments.map { before.stillNames($0, fixture.disk) }
        #expect(isNamed.first == false && isNamed.last == true)
        let packed = try inspect(fixture.disk).segments.filter(\.isPacked)
        #expect(!packed.isEmpty && packed.allSatisfy { before.stillNames($0, fixture.disk) })
        for segment in packed {
            let place = try #require(before.segments.firstIndex { $0.id == segment.id })
            #expect(!isNamed[place])
        }
    }
}
