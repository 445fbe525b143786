import Storage

/// Two files whose blocks are kept so that settlements go on when the disk is full (FORMAT.md section 4).
///
/// When one that became a segment is full, the other follows it; the first holds no events, so it is given up and is the
/// reserve again. Used by the committer's thread only.
final class Reserve {
    static let names = ["reserve-0.segment", "reserve-1.segment"]

    private let configuration: LogConfiguration
    /// The files that are there, and how long they are.
    private var lengths: [String: Int] = [:]

    init(configuration: LogConfiguration) {
        self.configuration = configuration
    }

    /// How long each file is to be, for a log with segments of that length and checkpoints of that one.
    static func length(_ configuration: LogConfiguration, segmentBytes: Int, checkpointBytes: Int) -> Int {
        let length = max(configuration.reserveBytesMin, segmentBytes / 16, 4 * checkpointBytes)
        return (length + SegmentHeader.blockLength - 1) / SegmentHeader.blockLength * SegmentHeader.blockLength
    }

    /// Whether both files are there and so long. - Parameter isInUse: one of them is the active segment, and comes back.
    func holds(_ length: Int, isInUse: Bool) -> Bool {
        lengths.count + (isInUse ? 1 : 0) >= Self.names.count && lengths.values.allSatisfy { $0 >= length }
    }

    /// Finds the files that an earlier process left.
    func find() throws(StorageError) {
        let present = try configuration.fileSystem.list(configuration.directory)
        for name in Self.names where present.contains(name) {
            let file = try configuration.fileSystem.open(configuration.path(name), .readWrite)
            let length = try file.size()
            // A copy of the store may have left out blocks that were never written.
            try file.allocate(length)
            lengths[name] = length
        }
    }

    /// Makes and lengthens the files until they hold so much. What was there before stays when there is no space.
    func complete(_ length: Int, isInUse: Bool) throws(StorageError) {
        guard !holds(length, isInUse: isInUse) else { return }
        for name in Self.names {
            if let present = lengths[name] {
                guard present < length else { continue }
                try configuration.fileSystem.open(configuration.path(name), .readWrite).allocate(length)
            } else {
                guard lengths.count + (isInUse ? 1 : 0) < Self.names.count else { continue }
                try make(name, length)
            }
            lengths[name] = length
        }
    }

    private func make(_ name: String, _ length: Int) throws(StorageError) {
        let path = configuration.path(name)
        let exists = try configuration.fileSystem.contains(name, in: configuration.directory)
        let file = try configuration.fileSystem.open(path, exists ? .readWrite : .createNew)
        do {
            try file.allocate(length)
        } catch {
            // On a full disk the blocks that were found must not stay taken.
            try? configuration.fileSystem.unlink(path)
            throw error
        }
    }

    /// A file of at least `bytes` for the next segment. Call ``didRename(_:)`` when it has its new name.
    func take(_ bytes: Int) throws(StorageError) -> SpareSegment.Blocks {
        guard let (name, present) = lengths.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
            throw StorageError(
                .noSpace, operation: "settling from the reserve", path: configuration.path(Self.names[0]),
                detail: "the reserve is used up")
        }
        let file = try configuration.fileSystem.open(configuration.path(name), .readWrite)
        // It may have been shortened since.
        let length = max(bytes, present)
        try file.allocate(length)
        return SpareSegment.Blocks(file: file, name: name, length: length, isBlank: false, isWritten: false)
    }

    func didRename(_ name: String) {
        lengths[name] = nil
    }

    /// Takes back the file of a segment that the log does not name any more. - Returns: whether it was missing.
    func takeBack(_ path: String, length: Int, isInUse: Bool) throws(StorageError) -> Bool {
        guard lengths.count + (isInUse ? 1 : 0) < Self.names.count,
            let name = Self.names.first(where: { lengths[$0] == nil })
        else { return false }
        try configuration.fileSystem.rename(path, to: configuration.path(name))
        lengths[name] = length
        return true
    }
}
