import Storage

/// A walk over everything that stands in a segment, past what is damaged.
///
/// A frame is believed by its header checksum alone, which is salted, and lies where the one before it ends. Behind damage the walk
/// goes on at the next header that can be believed.
package struct SegmentScan {
    /// What stands at a place.
    package enum Item {
        /// A frame as it was written.
        case frame(LogFrame)
        /// Bytes that are not as they were written.
        case damage(DamagedRange)
    }

    private let inspected: InspectedSegment
    private let segment: Segment?
    private let pause: () -> Void
    private var part: Segment?
    private var offset = SegmentHeader.blockLength
    /// `nil` behind damage.
    private var chain: ChainPosition?
    private var last: (sequence: UInt64, time: UInt64)
    private var watermark: Int
    /// How the walk ended; `nil` before it did.
    package private(set) var end: SegmentEnd?
    /// What stands behind the last frame, when the walk ended torn.
    package private(set) var torn: DamagedRange?

    /// - Parameters:
    ///   - sequence: begins at or before the frame that holds it, if that can be found.
    ///   - pause: waits a moment for a server that may be writing at the end of the segment.
    package init(_ inspected: InspectedSegment, from sequence: UInt64 = 0, pause: @escaping () -> Void = {}) {
        self.inspected = inspected
        self.pause = pause
        segment = inspected.segment
        watermark = inspected.watermark
        last = (inspected.baseSequence, 0)
        guard let segment else { return }
        chain = ChainPosition(segment)
        if let packed = segment.packed, sequence > inspected.baseSequence {
            let start = packed.start(of: sequence)
            if start > offset {
                offset = start
                chain = nil
            }
        }
    }

    /// Where the walk stands in the segment.
    package var position: Int { offset }

    /// The sequence of the event that comes next, as far as is known.
    package var nextSequence: UInt64 { last.sequence }

    /// What stands next; `nil` at the end.
    package mutating func next() -> Item? {
        guard end == nil else { return nil }
        guard let segment else {
            end = .unreadable
            let error = inspected.fault ?? LogError(.damaged, "the segment cannot be read", file: inspected.path)
            return .damage(DamagedRange(error: error, offset: 0, length: inspected.fileLength))
        }
        if let recordedEnd, offset >= recordedEnd {
            end = offset == recordedEnd && isSealed ? .seal : .unreadable
            return end == .seal ? nil : missingSeal(segment)
        }
        do throws(LogError) {
            let part = try self.part(of: segment)
            guard let (header, checksum) = frame(in: part) else { return resume(in: segment, part) }
            return take(header, checksum, part, segment)
        } catch {
            return skipBlock(of: segment, error)
        }
    }

    /// Goes on where the walk ended for want of a frame. O(1) as long as there is none, else O(bytes of it).
    ///
    /// - Returns: whether a whole one stands there now.
    package mutating func goOn() -> Bool {
        guard end == .open || end == .torn, let segment, let (header, _) = frame(in: segment),
            segment.isWhole(at: offset, header)
        else { return false }
        end = nil
        torn = nil
        return true
    }

    private var isSealed = false

    /// Up to where there are frames for sure.
    private var recordedEnd: Int? { segment?.packed?.header.rawLength ?? inspected.recordedEnd }

    private mutating func part(of segment: Segment) throws(LogError) -> Segment {
        if let part, offset >= part.start, offset < part.end { return part }
        let found = try segment.uncachedPart(at: offset)
        part = found
        return found
    }

    // MARK: - Frames

    /// The header at the place, if it may stand there.
    private func frame(in part: Segment) -> (header: FrameHeader, checksum: UInt32)? {
        guard let (header, checksum) = part.frame(at: offset), fits(header, at: offset) else { return nil }
        return (header, checksum)
    }

    /// Sequences are below this (DeliveryIndex/FORMAT.md section 8): sums of them never overflow.
    private static let sequenceEnd: UInt64 = 1 << 48

    private func fits(_ header: FrameHeader, at offset: Int) -> Bool {
        // The least record takes a byte.
        guard header.firstSequence <= Self.sequenceEnd - UInt64(header.recordCount),
            header.recordCount <= header.rawLength
        else { return false }
        if let chain, chain.offset == offset { return chain.accepts(header) }
        return header.firstSequence >= last.sequence && header.appendTime >= last.time
            && header.durableWatermark <= UInt64(offset)
            && offset + header.frameLength <= recordedEnd ?? .max
    }

    private mutating func take(
        _ header: FrameHeader, _ checksum: UInt32, _ part: Segment, _ segment: Segment
    ) -> Item? {
        let frame = LogFrame(segment: part, offset: offset, header: header)
        var isWhole = part.isWhole(at: offset, header)
        // Torn, or being written: nobody was answered for what comes from here on.
        if !isWhole, recordedEnd == nil, !inspected.isFollowed {
            guard isVouchedFor(segment) else { return finish(segment) }
            isWhole = part.isWhole(at: offset, header)
        }
        let start = offset
        pass(header, checksum)
        if let packed = segment.packed, part.start == start, !packed.tells(of: header, at: start) {
            return damage(
                "the block index of the packed segment tells of another frame", start, upTo: header.endSequence)
        }
        if isWhole, isSealed, let fault = inspected.contradiction(of: header, checksum, end: offset) {
            return damage(fault, start, upTo: nil)
        }
        guard !isWhole else { return .frame(frame) }
        let sequences =
            header.recordCount > 0 ? header.firstSequence...max(header.firstSequence, header.endSequence &- 1) : nil
        return .damage(
            DamagedRange(
                error: LogError(
                    .damaged, "a frame does not match its checksum", file: inspected.path, segment: inspected.id,
                    offset: start, sequences: sequences),
                offset: start, length: header.frameLength, frame: frame))
    }

    private mutating func pass(_ header: FrameHeader, _ checksum: UInt32) {
        var position = chain ?? ChainPosition(resumingAt: offset)
        position.pass(header, checksum)
        chain = position
        offset = position.offset
        last = (header.endSequence, header.appendTime)
        watermark = max(watermark, Int(clamping: header.durableWatermark))
        isSealed = header.kind == FrameKind.seal.rawValue
        if isSealed, recordedEnd == nil { end = .seal }
    }

    // MARK: - Damage

    /// What to do where no frame stands.
    private mutating func resume(in segment: Segment, _ part: Segment) -> Item? {
        if recordedEnd == nil, !inspected.isFollowed, !isVouchedFor(segment) { return finish(segment) }
        // A server may have written here since.
        if let (header, checksum) = frame(in: part), part.isWhole(at: offset, header) {
            return take(header, checksum, part, segment)
        }
        let start = offset
        let limit = min(recordedEnd ?? segment.capacity, part.end)
        var next = start + 8
        while next < limit, !(part.frame(at: next).map { fits($0.header, at: next) } ?? false) { next += 8 }
        chain = nil
        // Never less than a step on, whatever the file's length.
        offset = max(min(next, limit), start)
        if offset >= limit, segment.packed == nil || offset == start { end = .unreadable }
        let following = offset < limit ? part.frame(at: offset)?.header.firstSequence : nil
        return damage("a frame that was durable cannot be read", start, upTo: following)
    }

    private mutating func skipBlock(of segment: Segment, _ error: LogError) -> Item? {
        let start = offset
        // Where one bit was turned, what it was is known: its frames come next.
        if let mended = segment.packed?.mendedPart(at: start), mended.start == start {
            part = mended
            return .damage(DamagedRange(error: error, offset: start, length: 0, isMended: true))
        }
        offset = segment.packed?.end(ofBlockAt: start) ?? recordedEnd ?? segment.end
        chain = nil
        part = nil
        return .damage(DamagedRange(error: error, offset: start, length: offset - start))
    }

    private func missingSeal(_ segment: Segment) -> Item {
        damage("the segment does not end with its seal", offset, upTo: inspected.recordedEndSequence)
    }

    private func damage(_ message: String, _ start: Int, upTo following: UInt64?) -> Item {
        let after = following ?? inspected.recordedEndSequence
        let sequences = after.flatMap { $0 > last.sequence ? last.sequence...$0 - 1 : nil }
        return .damage(
            DamagedRange(
                error: LogError(
                    .damaged, message, file: inspected.path, segment: inspected.id, offset: start, sequences: sequences),
                offset: start, length: max(0, offset - start)))
    }

    // MARK: - The end of what is written to

    /// Whether something says that what stands at the place had been durable: it is not torn.
    private func isVouchedFor(_ segment: Segment) -> Bool {
        if watermark > offset { return true }
        // What a server writes meanwhile is whole a moment later.
        for _ in 0..<Self.patience {
            if let (header, _) = frame(in: segment), segment.isWhole(at: offset, header) { return true }
            guard proof(in: segment) else { return false }
            pause()
        }
        return true
    }

    private static let patience = 5

    /// Whether a frame further on vouches for the place.
    private func proof(in segment: Segment) -> Bool {
        let region = segment.region
        let bytes = region.bytes
        var next = offset + 8
        while next <= bytes.byteCount - FrameHeader.length {
            if bytes.load(next, as: UInt64.self) != 0, let (header, _) = segment.frame(at: next),
                header.durableWatermark > UInt64(offset), header.durableWatermark <= UInt64(next)
            {
                return true
            }
            next += 8
        }
        return false
    }

    private mutating func finish(_ segment: Segment) -> Item? {
        let region = segment.region
        if FrameHeader.isUnknown(in: region.bytes, at: offset, seed: segment.header.seed) {
            end = .unreadable
            let error = LogError(
                .incompatible, "a frame of a newer format, which may hold answered events", file: inspected.path,
                segment: inspected.id, offset: offset)
            return .damage(DamagedRange(error: error, offset: offset, length: 0))
        }
        let rest = region.bytes.extracting(min(offset, region.length)..<region.length)
        if rest.isZero || segment.header.isRecycled && !FrameHeader.begins(in: region.bytes, at: offset) {
            end = .open
        } else {
            end = .torn
            torn = tornRange(in: segment)
        }
        return nil
    }

    /// Names the sequences where at least the header of a frame is whole.
    private func tornRange(in segment: Segment) -> DamagedRange {
        let header = frame(in: segment)?.header
        let sequences = header.flatMap { $0.recordCount > 0 ? $0.firstSequence...$0.endSequence - 1 : nil }
        let message =
            header == nil
            ? "what stands behind the last frame is none: a server is writing it, or a crash cut it off"
            : "the last frame is not whole: a server is writing it, a crash cut it off, or it was damaged since"
        return DamagedRange(
            error: LogError(
                .damaged, message, file: inspected.path, segment: inspected.id, offset: offset, sequences: sequences),
            offset: offset, length: header?.frameLength ?? segment.end - offset)
    }
}
