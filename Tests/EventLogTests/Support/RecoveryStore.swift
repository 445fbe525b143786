@testable import EventLog
import Storage
import TestSupport

/// A log of three segments, from which the disk of each row of the table of recovery is made.
struct RecoveryStore {
    /// The id of the newest segment.
    let newest: UInt64
    /// The end of its last frame.
    private let end: Int
    /// The first sequence in the log.
    let first: Int
    /// The payloads of all events, each a frame of its own.
    private let events: [[UInt8]]

    private let fixture: LogFixture
    private let ledger: SegmentLedger
    /// Where the seal of the segment before the newest begins.
    private let seal: Int
    /// The oldest segment in its packed form.
    private let packed: [UInt8]
    /// Where the log that the row's frames belong to would go on.
    private let active: ActiveSegment

    /// `isRecycled`: the newest file had an earlier life, whose frames stand behind X.
    init(isRecycled: Bool) throws {
        let fixture = try LogFixture()
        self.fixture = fixture
        var number = 0
        func grow(to count: Int) {
            while fixture.segmentNames.count < count {
                fixture.appendTexts(number..<number + 1, size: 301)
                number += 1
            }
        }
        grow(to: 3)
        if isRecycled {
            // One is given up and becomes the next; then another goes, so that there are three again.
            fixture.log.release(before: fixture.log.firstReleasePoint ?? 0)
            fixture.commit()
            grow(to: 3)
        }
        fixture.appendTexts(number..<number + 5, size: 301)
        active = fixture.log.writer.active
        newest = active.segment.header.id
        end = active.writeOffset
        first = Int(fixture.log.firstSequence)
        events = try fixture.readAll()
        packed = try Self.packOldest(fixture)
        seal = fixture.log.reading.withLock { $0.sealed.last.map { $0.index.lowerBound - FrameHeader.length } ?? 0 }
        let content = try Manifest.open(in: LogFixture.directory, fixture.disk.powerCut(.everything)).content ?? []
        guard let ledger = SegmentLedger(content.span.bytes), ledger.segments.count == 3,
            active.segment.header.isRecycled == isRecycled
        else { throw LogError(.incompatible, "the store is not as the table needs it", file: "") }
        self.ledger = ledger
    }

    private static func packOldest(_ fixture: LogFixture) throws -> [UInt8] {
        let other = try LogFixture(on: fixture.disk.powerCut(.everything))
        _ = try other.log.packNextColdSegment(olderThan: 0)
        return try other.disk.durableBytes(LogFixture.path(other.packedNames.first ?? ""))
    }

    // MARK: - What a row is about

    /// X: the segment that the log goes on in, and where.
    func end(_ row: RecoveryRow) -> (id: UInt64, offset: Int) {
        guard row.isNewestLost else { return (newest, end) }
        return (newest - 1, row.isSealTorn ? seal : Int(ledger.segments[1].length))
    }

    /// The payloads of the events that must be there when it opens.
    func answered(_ row: RecoveryRow) -> [[UInt8]] {
        row.isNewestLost ? Array(events.prefix(Int(ledger.segments[2].baseSequence) - first)) : events
    }

    func path(_ place: RecoveryRow.Place) -> String {
        switch place {
        case .oldest: LogFixture.path(Segment.name(newest - 2))
        case .oldestPacked: LogFixture.path(PackedFile.name(newest - 2))
        case .sealed: LogFixture.path(Segment.name(newest - 1))
        case .newest: LogFixture.path(Segment.name(newest))
        }
    }

    /// The disk that a row describes.
    func disk(_ row: RecoveryRow) throws -> SimulatedDisk {
        let disk = fixture.disk.powerCut(.everything)
        try put(newestFile(row), Segment.name(newest), disk)
        if let next = nextFile(row) { try put(next, Segment.name(newest + 1), disk) }
        try breakSealed(row.sealed, disk)
        try putOldest(row, disk)
        try putManifests(row, disk)
        return disk
    }

    private func put(_ bytes: [UInt8], _ name: String, _ disk: SimulatedDisk) throws {
        try disk.replace(LogFixture.path(name), with: bytes)
    }

    private func bytes(_ id: UInt64) throws -> [UInt8] {
        try fixture.disk.liveBytes(LogFixture.path(Segment.name(id)))
    }

    // MARK: - The newest segment

    private func newestFile(_ row: RecoveryRow) throws -> [UInt8] {
        switch row.newest {
        case .unnamedBlank: return [UInt8](repeating: 0, count: try bytes(newest).count)
        case .unnamedEmpty: return []
        case .unnamedUnreadable: return LogFixture.payload(78, size: try bytes(newest).count)
        default: break
        }
        var file = try bytes(newest)
        var place = end
        if row.watermark == .earlierFrame {
            place += put(frame(at: place, watermark: file.count).bytes, at: place, in: &file)
        }
        let frame = frame(at: place, watermark: end, size: 301)
        switch row.tail {
        case .zeros, .earlierLife: break
        case .tornHeader: put(Array(frame.bytes.prefix(FrameHeader.length / 2)), at: place, in: &file)
        case .tornPayload: put(Array(frame.bytes.prefix(frame.bytes.count / 2)), at: place, in: &file)
        case .garbage: put(LogFixture.payload(77, size: 301), at: place, in: &file)
        case .badPayloadChecksum:
            var changed = frame.bytes
            changed[FrameHeader.length + 9] ^= 0x20
            put(changed, at: place, in: &file)
        case .unknownFrame:
            put(self.frame(at: place, watermark: end, size: 301, kind: 6).bytes, at: place, in: &file)
        }
        if row.watermark == .laterHeader {
            put(
                self.frame(at: place + frame.bytes.count, watermark: place + frame.bytes.count).bytes,
                at: place + frame.bytes.count, in: &file)
        }
        if row.newest == .unnamedWithoutCheckpoint { file[SegmentHeader.blockLength + 9] ^= 1 }
        return file
    }

    @discardableResult
    private func put(_ bytes: [UInt8], at place: Int, in file: inout [UInt8]) -> Int {
        file.replaceSubrange(place..<place + bytes.count, with: bytes)
        return bytes.count
    }

    /// A whole frame, chained to the last one of the log.
    private func frame(
        at place: Int, watermark: Int, size: Int = 0, kind: UInt8? = nil
    ) -> (bytes: [UInt8], header: FrameHeader) {
        let payload = LogFixture.payload(place, size: size)
        let header = FrameHeader(
            kind: kind ?? (size == 0 ? FrameKind.filler : FrameKind.events).rawValue,
            firstSequence: UInt64(first + events.count), appendTime: fixture.clock.wallTime,
            durableWatermark: UInt64(watermark), storedLength: UInt32(size), rawLength: UInt32(size),
            recordCount: size == 0 ? 0 : 1, previousLength: active.lastLength, previousChecksum: active.lastChecksum,
            payloadChecksum: CRC32C.checksum(payload.span.bytes))
        let block = ByteBlock(capacity: header.frameLength)
        block.appendZeros(FrameHeader.length)
        block.append(payload.span.bytes)
        block.pad(to: 8)
        _ = header.write(to: block, seed: active.segment.header.seed)
        return (block.bytes.array(), header)
    }

    /// What stands in the place of the segment after the newest.
    private func nextFile(_ row: RecoveryRow) -> [UInt8]? {
        switch row.newest {
        case .followedByBlank: return [UInt8](repeating: 0, count: 16 << 10)
        case .followedByEmpty: return []
        case .followedByUnreadable: return LogFixture.payload(79, size: 16 << 10)
        case .followedBySegment:
            let header = SegmentHeader(
                identity: ledger.identity, id: newest + 1, baseSequence: UInt64(first + events.count),
                previous: .init(id: newest, length: UInt64(end), checksum: active.lastChecksum), salt: 9,
                fileLength: 16 << 10)
            let (block, _) = header.encoded()
            var file = [UInt8](repeating: 0, count: 16 << 10)
            put(block.bytes.array(), at: 0, in: &file)
            return file
        default: return nil
        }
    }

    // MARK: - The segments before, and the manifests

    private func breakSealed(_ sealed: RecoveryRow.Sealed, _ disk: SimulatedDisk) throws {
        let entry = ledger.segments[1]
        let name = Segment.name(entry.id)
        var file = try bytes(entry.id)
        let length = Int(entry.length)
        switch sealed {
        case .missing: return try disk.remove(LogFixture.path(name))
        case .shortened: file.removeLast(file.count - length + 8)
        case .sealDamaged: file[length - 1] ^= 1
        case .headerDamaged: file[16] ^= 1
        case .linkWrong:
            var (header, _) = try SegmentHeader.read(file.span.bytes, file: name)
            header.previous.checksum ^= 1
            let (block, _) = header.encoded()
            put(block.bytes.array(), at: 0, in: &file)
        default: return
        }
        try put(file, name, disk)
    }

    /// The oldest segment in the forms that are there.
    private func putOldest(_ row: RecoveryRow, _ disk: SimulatedDisk) throws {
        let id = ledger.segments[0].id
        if !row.hasOwnFile { try disk.remove(path(.oldest)) }
        if row.sealed == .bothOwnNamedDamaged {
            var file = try bytes(id)
            file[file.count / 2] ^= 4
            try put(file, Segment.name(id), disk)
        }
        guard row.hasPackedFile else { return }
        var file = packed
        switch row.sealed {
        case .packedShortened: file.removeLast(8)
        case .packedLengthened: file += [UInt8](repeating: 0, count: 8)
        case .packedHeaderDamaged: file[24] ^= 1
        case .packedIndexDamaged: file[file.count - 9] ^= 1
        case .bothPackedNamedDamaged: file[200] ^= 1
        default: break
        }
        try put(file, PackedFile.name(id), disk)
    }

    /// The older manifest is from before the roll that made the newest segment, the newer one from after it; when that segment
    /// is not named yet, both are from before.
    private func putManifests(_ row: RecoveryRow, _ disk: SimulatedDisk) throws {
        var ledger = ledger
        if row.namesPacked { ledger.segments[0].packedLength = UInt64(packed.count) }
        var older = ledger
        older.segments = Array(ledger.segments.dropLast())
        older.segments[1].length = 0
        older.segments[1].endSequence = 0
        older.durableWatermark = UInt64(SegmentHeader.blockLength)
        var newer = row.isNewestEverNamed ? ledger : older
        newer.durableWatermark = UInt64(row.watermark == .manifest ? end + 8 : SegmentHeader.blockLength)
        // A watermark of a segment that is not the newest says nothing.
        if newer.segments.count == 2 { newer.durableWatermark = UInt64(SegmentHeader.blockLength) }
        if row.manifests == .foreign {
            older.identity.log += 1
            newer.identity.log += 1
        }
        for name in Self.manifests { try disk.remove(LogFixture.path(name)) }
        if row.manifests == .none { return }
        let (manifest, _) = try Manifest.open(in: LogFixture.directory, disk)
        var written: [String] = []
        for ledger in [older, newer] {
            let earlier = disk.history.count
            try manifest.write(ledger.encoded().bytes)
            written += disk.history.dropFirst(earlier).filter { $0.call == .write }.map(\.path)
        }
        for (path, fault) in zip(written, Self.faults(row.manifests)) {
            switch fault {
            case .none: break
            case .missing: try disk.remove(path)
            case .torn:
                let whole = try disk.liveBytes(path)
                try disk.replace(path, with: Array(whole.prefix(whole.count / 2)))
            }
        }
    }

    private enum ManifestFault { case none, torn, missing }

    /// Of the older and the newer file.
    private static func faults(_ manifests: RecoveryRow.Manifests) -> [ManifestFault] {
        switch manifests {
        case .both, .foreign, .none: [.none, .none]
        case .olderTorn: [.torn, .none]
        case .newerTorn: [.none, .torn]
        case .bothTorn: [.torn, .torn]
        case .olderMissing: [.missing, .none]
        case .newerMissing: [.none, .missing]
        }
    }

    private static let manifests = ["MANIFEST-A", "MANIFEST-B"]
}
