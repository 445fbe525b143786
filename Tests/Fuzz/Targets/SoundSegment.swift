import Storage

@testable import EventLog

/// A sealed segment as the log writes it, in both forms, to be edited.
struct SoundSegment: Sendable {
    /// A frame, taken apart.
    struct Frame: Sendable {
        var header: FrameHeader
        var payload: [UInt8]
        /// Bytes up to the next multiple of 8.
        var padding: UInt8 = 0

        /// Appends it as it lies in a segment, its lengths and checksums made right. - Returns: the header's checksum.
        mutating func append(to raw: ByteBlock, seed: UInt32) -> UInt32 {
            header.storedLength = UInt32(payload.count)
            header.rawLength = header.storedLength
            header.payloadChecksum = CRC32C.checksum(payload.span.bytes)
            let block = ByteBlock(capacity: FrameHeader.length + payload.count + 8)
            block.appendZeros(FrameHeader.length)
            block.append(payload.span.bytes)
            while block.count % 8 != 0 { block.append(padding) }
            let checksum = header.write(to: block, seed: seed)
            raw.append(block.bytes)
            return checksum
        }
    }

    static let id: UInt64 = 7
    private static let directory = "log"
    private static let clock = SystemClock()
    static let all = [few, blocks, withoutEvents].compactMap(\.self)

    let header: SegmentHeader
    let headerChecksum: UInt32
    /// The frames of each block of the packed form.
    let blocks: [[Frame]]
    /// All its frames, as they lie in the segment.
    let raw: [UInt8]
    let packed: [UInt8]
    /// What the manifest says of it, but for the length of the packed form.
    let entry: SegmentLedger.Entry

    var events: [Frame] { blocks.joined().filter { $0.header.kind == FrameKind.events.rawValue } }
    var sequences: ClosedRange<UInt64> { entry.baseSequence...max(entry.baseSequence, entry.endSequence - 1) }

    static func configuration(_ files: MemoryFileSystem) -> LogConfiguration {
        LogConfiguration(
            directory: directory, identity: LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3),
            fileSystem: files, clock: clock, random: { 5 })
    }

    // MARK: - The segments

    /// One block, hardly compressed.
    private static var few: SoundSegment? {
        SoundSegment([
            (.checkpoint, 0, text(40)), (.events, 1, text(200)), (.settlements, 0, text(16)), (.events, 3, text(131)),
            (.filler, 0, []), (.events, 1, text(90)),
        ])
    }

    /// Two that are compressed much, and a short one that is not compressed.
    private static var blocks: SoundSegment? {
        let long: [(FrameKind, UInt32, [UInt8])] = (1...8).map { (.events, $0 % 3 + 1, text(16 << 10)) }
        return SoundSegment([(.checkpoint, 0, text(40))] + long + [(.events, 1, noise(70))])
    }

    /// From the reserve: settlements only.
    private static var withoutEvents: SoundSegment? {
        SoundSegment([(.checkpoint, 0, text(200)), (.settlements, 0, text(100)), (.filler, 0, [])], isReserve: true)
    }

    private static func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(97 + $0 % 23) } }

    private static func noise(_ count: Int) -> [UInt8] {
        var value: UInt64 = 99
        return (0..<count).map { _ in
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(value >> 56)
        }
    }

    // MARK: - Writing

    private init?(_ contents: [(kind: FrameKind, count: UInt32, payload: [UInt8])], isReserve: Bool = false) {
        let files = MemoryFileSystem()
        let configuration = Self.configuration(files)
        let header = SegmentHeader(
            identity: configuration.identity, id: Self.id, baseSequence: 1_000,
            previous: SegmentHeader.Link(id: 6, length: 9_000, checksum: 77), salt: 0x5A17, fileLength: 1 << 20,
            isReserve: isReserve)
        var (image, checksum) = header.encoded()
        let headerChecksum = checksum
        var index = SparseIndex()
        var frames: [(offset: Int, frame: Frame)] = []
        var last: (length: UInt32, sequence: UInt64, time: UInt64) = (0, header.baseSequence, 50)
        func append(_ kind: FrameKind, _ count: UInt32, _ payload: [UInt8]) {
            let offset = image.count
            var frame = Frame(
                header: FrameHeader(
                    kind: kind.rawValue, flags: kind == .checkpoint ? FrameHeader.lastOfCheckpoint : 0,
                    firstSequence: last.sequence, appendTime: last.time + 10, durableWatermark: UInt64(offset),
                    storedLength: 0, rawLength: 0, recordCount: count, previousLength: last.length,
                    previousChecksum: checksum, payloadChecksum: 0), payload: payload)
            checksum = frame.append(to: image, seed: header.seed)
            index.add(sequence: last.sequence, offset: offset)
            last = (UInt32(frame.header.frameLength), frame.header.endSequence, last.time + 10)
            frames.append((offset, frame))
        }
        for (kind, count, payload) in contents { append(kind, count, payload) }
        let sealStart = image.count + FrameHeader.length
        append(.seal, 0, index.encoded().payload.array())
        let sealEnd = image.count
        image.appendZeros(512)
        files["segment"] = image.bytes.array()
        guard let region = try? files.open("segment", .read).map(image.count, .readOnly) else { return nil }
        let sealed = SealedSegment(
            segment: Segment(header: header, headerChecksum: headerChecksum, path: "segment", region: region),
            length: sealEnd, endSequence: last.sequence, index: sealStart..<sealEnd, sealChecksum: checksum,
            lastTime: last.time)
        guard let file = try? SegmentPacker(configuration: configuration, isCancelled: { false }).pack(sealed),
            let packed = files["\(Self.directory)/\(PackedFile.draftName(Self.id))"]
        else { return nil }
        self.header = header
        self.headerChecksum = headerChecksum
        self.packed = packed
        raw = Array(image.bytes.array()[SegmentHeader.blockLength..<sealEnd])
        blocks = (0..<file.header.blockCount).compactMap { file.block($0) }.map { block in
            frames.filter { $0.offset >= block.rawOffset && $0.offset < block.rawEnd }.map { $0.frame }
        }
        entry = sealed.ledgerEntry
    }
}
