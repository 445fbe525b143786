package import Storage

/// Writes frames of a damaged log into a new one, chained anew: same sequences, same times, same bytes.
///
/// Nothing of it is a log before ``finish()``: only then is there a manifest.
package struct LogRewriter {
    private static let writeBytes = 1 << 20
    private static let lengthMin = 1 << 20

    private let directory: String
    private let identity: LogIdentity
    private let fileSystem: any FileSystem
    private let random: @Sendable () -> UInt64
    private var ledger: [SegmentLedger.Entry] = []
    private var open: OpenSegment?

    /// - Parameter directory: must be there, and empty.
    package init(
        _ directory: String, identity: LogIdentity, _ fileSystem: any FileSystem,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.directory = directory
        self.identity = identity
        self.fileSystem = fileSystem
        self.random = random
    }

    /// The sequence of the event that comes next; `nil` before the first segment.
    package var nextSequence: UInt64? { open?.nextSequence }

    /// Ends the segment before, and begins another.
    ///
    /// - Parameters:
    ///   - id: of the first segment; later ones count on.
    ///   - sequence: of its first event; what lies between it and ``nextSequence`` is gone from the log, as if it had been given up.
    ///   - bytes: how much it must hold, in bytes of frames.
    package mutating func beginSegment(id: UInt64, at sequence: UInt64, bytes: Int) throws(StorageError) {
        var header = SegmentHeader(
            identity: identity, id: id, baseSequence: sequence, previous: .none,
            salt: UInt32(truncatingIfNeeded: random()), fileLength: 0)
        if var previous = open {
            let sealed = try previous.seal()
            ledger.append(sealed.entry)
            // A number that is missing says that something was given up between them.
            let isGap = sequence != sealed.entry.endSequence
            header.id = sealed.entry.id &+ (isGap ? 2 : 1)
            if !isGap {
                header.previous = SegmentHeader.Link(
                    id: sealed.entry.id, length: sealed.entry.length, checksum: sealed.checksum)
            }
        }
        let length = Self.length(forFrames: bytes)
        header.fileLength = UInt64(length)
        let path = "\(directory)/\(Segment.name(header.id))"
        let file = try fileSystem.open(path, .createNew)
        try file.allocate(length)
        open = try OpenSegment(header, file)
    }

    /// With room for the seal and what vouches for the end.
    private static func length(forFrames bytes: Int) -> Int {
        var length = max(lengthMin, SegmentHeader.blockLength + bytes)
        while length - LogWriter.endRoom(length) < SegmentHeader.blockLength + bytes { length += 64 << 10 }
        return wholePages(length)
    }

    private static func wholePages(_ length: Int) -> Int { (length + 4_095) & ~4_095 }

    /// Appends a frame; events must be those of ``nextSequence``. O(bytes).
    package mutating func append(_ frame: LogFrame) throws(StorageError) {
        guard var segment = open else { return }
        try segment.append(frame)
        open = segment
    }

    /// Syncs everything, then writes the manifest: the log is there.
    package mutating func finish() throws(StorageError) {
        guard let segment = open else { return }
        let end = try segment.close()
        ledger.append(
            SegmentLedger.Entry(
                id: segment.header.id, baseSequence: segment.header.baseSequence, length: 0, endSequence: 0))
        try fileSystem.syncDirectory(directory)
        let content = SegmentLedger(identity: identity, durableWatermark: UInt64(end), segments: ledger).encoded()
        try Manifest.writeBoth(content.bytes, in: directory, fileSystem)
        open = nil
    }

    /// The segment that frames are appended to.
    private struct OpenSegment {
        let header: SegmentHeader
        private let file: any StorageFile
        private var offset = SegmentHeader.blockLength
        private var lastChecksum: UInt32
        private var lastLength: UInt32 = 0
        private var lastTime: UInt64 = 0
        private(set) var nextSequence: UInt64
        private var index = SparseIndex()
        private var pending: [ByteBlock] = []
        private var pendingBytes = 0

        init(_ header: SegmentHeader, _ file: any StorageFile) throws(StorageError) {
            self.header = header
            self.file = file
            nextSequence = header.baseSequence
            let (block, checksum) = header.encoded()
            lastChecksum = checksum
            try file.write([block], at: 0)
        }

        mutating func append(_ frame: LogFrame) throws(StorageError) {
            let payload = frame.payload
            let buffer = FrameBuffer(capacity: payload.byteCount)
            buffer.append(payload)
            try append(buffer, frame.header)
        }

        private mutating func append(_ buffer: FrameBuffer, _ original: FrameHeader) throws(StorageError) {
            buffer.pad()
            var header = original
            header.firstSequence = nextSequence
            header.appendTime = max(header.appendTime, lastTime)
            header.durableWatermark = UInt64(offset)
            header.previousLength = lastLength
            header.previousChecksum = lastChecksum
            lastChecksum = header.write(to: buffer.block, seed: self.header.seed)
            lastLength = UInt32(header.frameLength)
            lastTime = header.appendTime
            index.add(sequence: nextSequence, offset: offset)
            nextSequence = header.endSequence
            offset += header.frameLength
            pending.append(buffer.block)
            pendingBytes += buffer.block.count
            if pendingBytes >= LogRewriter.writeBytes { try flush() }
        }

        private mutating func flush() throws(StorageError) {
            try file.write(pending[...], at: offset - pendingBytes)
            pending.removeAll(keepingCapacity: true)
            pendingBytes = 0
        }

        mutating func seal() throws(StorageError) -> (entry: SegmentLedger.Entry, checksum: UInt32) {
            let seal = index.encoded()
            let header = FrameHeader(
                kind: FrameKind.seal.rawValue, firstSequence: nextSequence, appendTime: lastTime, durableWatermark: 0,
                storedLength: UInt32(seal.count), rawLength: UInt32(seal.count), recordCount: 0, previousLength: 0,
                previousChecksum: 0, payloadChecksum: CRC32C.checksum(seal.payload))
            try append(seal, header)
            // Nothing more comes into it. A segment that became two takes no more space than it did.
            try file.truncate(LogRewriter.wholePages(offset))
            let end = try close()
            let entry = SegmentLedger.Entry(
                id: self.header.id, baseSequence: self.header.baseSequence, length: UInt64(end),
                endSequence: nextSequence)
            return (entry, lastChecksum)
        }

        /// - Returns: where the last frame ends.
        func close() throws(StorageError) -> Int {
            var rest = self
            try rest.flush()
            try file.synchronize()
            return offset
        }
    }
}
