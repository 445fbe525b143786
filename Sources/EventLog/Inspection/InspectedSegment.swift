import Storage

/// One file of a log that is looked at.
package struct InspectedSegment: Sendable {
    /// Counted from 1 in a log.
    package let id: UInt64
    /// Of the file.
    package let path: String
    /// Whether it is there in its packed form.
    package let isPacked: Bool
    /// The length of the file in bytes; 0 when there is none.
    package private(set) var fileLength = 0
    /// Why its frames cannot be read, or not all of them.
    package private(set) var fault: LogError?
    /// Up to where it holds frames by the manifest; `nil` while it is written to.
    let recordedEnd: Int?
    /// One past its last event by the manifest; `nil` while it is written to.
    package let recordedEndSequence: UInt64?
    /// Up to where the manifest vouches for the newest segment.
    let watermark: Int
    private let recordedBase: UInt64
    /// Another segment follows it: it is not written to any more.
    var isFollowed = false
    /// The header of the segment after it, if that can be read.
    var successor: SegmentHeader?
    /// `nil` when nothing of it can be read.
    let segment: Segment?

    init(
        _ entry: SegmentLedger.Entry, of identity: LogIdentity?, watermark: Int?, in directory: String,
        _ fileSystem: any FileSystem, _ cache: BlockCache
    ) {
        id = entry.id
        isPacked = entry.packedLength > 0
        path = "\(directory)/\(isPacked ? PackedFile.name(entry.id) : Segment.name(entry.id))"
        recordedEnd = entry.length > 0 ? Int(clamping: entry.length) : nil
        recordedEndSequence = entry.length > 0 ? entry.endSequence : nil
        recordedBase = entry.baseSequence
        self.watermark = watermark ?? SegmentHeader.blockLength
        let sequences =
            entry.endSequence > entry.baseSequence ? entry.baseSequence...entry.endSequence - 1 : nil
        do throws(LogError) {
            let region = try Self.map(path, fileSystem)
            fileLength = region.length
            var fault: LogError?
            let segment =
                isPacked
                ? Segment(try Self.readPacked(region, path, cache, &fault))
                : try Self.read(region, path, entry, &fault)
            // Its frames would pass for those of another log, or for others of this one.
            guard identity == nil || segment.header.identity == identity, segment.header.id == id,
                recordedBase == 0 || segment.header.baseSequence == recordedBase
            else {
                throw LogError(
                    .damaged, "the segment is another one than the manifest names, or of another log", file: path,
                    offset: 0)
            }
            self.segment = segment
            self.fault = fault?.about(entry.id, sequences)
        } catch {
            segment = nil
            var error = error.about(entry.id, sequences)
            if entry.endSequence == 0, entry.baseSequence > 0 {
                error.message += "; it held the events from \(entry.baseSequence) on"
            }
            fault = error
        }
        if fault == nil { fault = mismatch(entry, sequences) }
    }

    /// The name of the file.
    var name: String { String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]) }

    /// The first sequence that may be in it.
    package var baseSequence: UInt64 { recordedBase > 0 ? recordedBase : segment?.header.baseSequence ?? 0 }

    /// Whether it is written to.
    package var isActive: Bool { recordedEnd == nil && !isPacked && !isFollowed }

    /// Whether it came from the reserve, and takes no events.
    package var isReserve: Bool { segment?.header.isReserve ?? false }

    /// Whether there is nothing but zeros in it.
    var isBlank: Bool {
        guard let region = segment?.region else { return fileLength == 0 }
        return region.bytes.isZero
    }

    /// How many bytes its frames take at most, unpacked.
    package var rawLength: Int { segment?.packed?.header.rawLength ?? min(recordedEnd ?? .max, fileLength) }

    /// The first 4 KiB at most of a range of the segment, as far as they are there; of a packed one those of the block that begins there, as
    /// it is stored.
    package func bytes(_ offset: Int, _ length: Int) -> [UInt8] {
        guard let region = segment?.region else { return [] }
        let stored = segment?.packed?.stored(at: offset) ?? offset..<offset + length
        return region.bytes.extracting(stored.prefix(4_096).clamped(to: 0..<region.length)).array()
    }

    // MARK: - Opening

    private static func map(_ path: String, _ fileSystem: any FileSystem) throws(LogError) -> MappedRegion {
        do throws(StorageError) {
            let file = try fileSystem.open(path, .read)
            let size = try file.size()
            guard size > 0 else { throw StorageError(.notFound, operation: "map", path: path, detail: "it is empty") }
            return try file.map(size, .readOnly)
        } catch {
            guard error.code == .notFound else { throw LogError(error, sticky: false) }
            throw LogError(.damaged, "a segment that the manifest names is missing or empty", file: path)
        }
    }

    /// The segment; where its header is damaged, with what the manifest and the first frame say of it.
    private static func read(
        _ region: MappedRegion, _ path: String, _ entry: SegmentLedger.Entry, _ fault: inout LogError?
    ) throws(LogError) -> Segment {
        do throws(LogError) {
            let (header, checksum) = try SegmentHeader.read(region.bytes, file: path)
            return Segment(header: header, headerChecksum: checksum, path: path, region: region)
        } catch {
            guard error.code == .damaged, let guess = SegmentHeader.guess(region.bytes, id: entry.id) else {
                throw error
            }
            fault = error
            var header = guess.header
            header.baseSequence = guess.baseSequence
            return Segment(header: header, headerChecksum: guess.checksum, path: path, region: region)
        }
    }

    /// The packed segment; where its header or its block index is damaged, with what can be said of them.
    private static func readPacked(
        _ region: MappedRegion, _ path: String, _ cache: BlockCache, _ fault: inout LogError?
    ) throws(LogError) -> PackedFile {
        do throws(LogError) {
            return try PackedFile(region, path: path, cache: cache)
        } catch {
            guard error.code == .damaged, let mended = PackedFile.mended(region, path: path, cache: cache) else {
                throw error
            }
            fault = error
            return mended
        }
    }

    /// What the manifest says otherwise.
    private func mismatch(_ entry: SegmentLedger.Entry, _ sequences: ClosedRange<UInt64>?) -> LogError? {
        guard let segment else { return nil }
        func fault(_ message: String) -> LogError {
            LogError(.damaged, message, file: path, segment: id, offset: 0, sequences: sequences)
        }
        if let packed = segment.packed {
            guard entry.packedLength == .max || Int(clamping: entry.packedLength) == fileLength else {
                return fault("the packed segment is longer or shorter than when it was written")
            }
            guard recordedEnd == nil || packed.header.rawLength == recordedEnd else {
                return fault("the packed segment is another one than the manifest names")
            }
        } else if let recordedEnd, fileLength < recordedEnd {
            return LogError(
                .damaged, "the segment is shorter than when it was sealed", file: path, segment: id, offset: fileLength,
                sequences: sequences)
        } else if recordedEnd == nil, UInt64(fileLength) < segment.header.fileLength {
            return LogError(
                .damaged, "the segment was shortened from outside: events at its end may be missing", file: path,
                segment: id, offset: fileLength)
        }
        return nil
    }

    // MARK: - Others that know it

    /// What does not fit between this segment and the one before; what the one before ends with is known where its seal is read.
    func fault(after previous: InspectedSegment) -> LogError? {
        guard let segment, let before = previous.segment, fault == nil, previous.fault == nil else { return nil }
        let header = segment.header
        guard header.id == before.header.id &+ 1 else {
            guard header.id > before.header.id, header.baseSequence >= previous.recordedEndSequence ?? 0 else {
                return .damage("the segments that the manifest names are not in order", in: segment, offset: 0)
            }
            return nil
        }
        guard header.previous.id == before.header.id else {
            return .damage("the segment does not continue the one before it", in: segment, offset: 0)
        }
        return nil
    }

    /// What the manifest, the packed form or the next segment remember otherwise of the seal. A segment of a copy of the log that went
    /// another way is sound in itself.
    ///
    /// - Parameter end: of the seal in the segment.
    func contradiction(of seal: FrameHeader, _ checksum: UInt32, end: Int) -> String? {
        if let packed = segment?.packed?.header,
            packed.sealChecksum != checksum || packed.endSequence != seal.endSequence
        {
            return "the packed segment's header tells of another seal"
        }
        if let recordedEndSequence, recordedEndSequence != seal.endSequence {
            return "the segment ends with another event than the manifest says: it is of another copy of the log"
        }
        let link = SegmentHeader.Link(id: id, length: UInt64(end), checksum: checksum)
        if let successor, successor.previous != link || successor.baseSequence != seal.endSequence {
            return "the next segment continues another one of this number: one of the two is of another copy of the log"
        }
        return nil
    }
}
