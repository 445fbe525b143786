import Storage

@testable import EventLog

/// A segment whose header and frames are as the input says: fields and payloads from the input, checksums and chain as
/// they should be or not. So the fuzzer gets behind the checksums.
enum FrameTarget {
    private static let identity = LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3)

    /// What an input does next: the low bits of a byte.
    private enum Step: UInt8 {
        case chainedFrame, freeFrame, rawBytes, oldFrame, seal
    }

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let control = input.byte()
        guard let image = image(&input, isRaw: control & 1 != 0, isRecycled: control & 2 != 0) else { return }
        let file = MemoryFileSystem()
        file["segment"] = image
        guard let region = try? file.open("segment", .read).map(image.count, .readOnly),
            let (header, checksum) = try? SegmentHeader.read(region.bytes, file: "segment")
        else { return }
        let (again, sameChecksum) = header.encoded()
        let copy = try? SegmentHeader.read(again.bytes, file: "copy")
        require(copy?.header == header && copy?.checksum == sameChecksum, "a segment header is read as it was written")
        check(Segment(header: header, headerChecksum: checksum, path: "segment", region: region))
    }

    // MARK: - The file

    private static func image(_ input: inout FuzzInput, isRaw: Bool, isRecycled: Bool) -> [UInt8]? {
        let header = SegmentHeader(
            identity: identity, id: 1, baseSequence: isRaw ? 1 : input.number(UInt64.self), previous: .none,
            salt: 0x5A17, fileLength: 1 << 16, isRecycled: isRecycled)
        let (block, checksum) = header.encoded()
        var image = block.bytes.array()
        if isRaw {
            let start = input.bytes(128)
            image.replaceSubrange(0..<start.count, with: start)
        }
        var chain = Chain(checksum: checksum, length: 0, sequence: header.baseSequence, end: image.count)
        var frames = 0
        while !input.isEmpty, frames < 64 {
            frames += 1
            switch Step(rawValue: input.byte() & 7) {
            case .rawBytes: image += input.piece()
            case .oldFrame: append(&input, to: &image, &chain, seed: header.seed ^ 0xFFFF, isChained: true)
            case .freeFrame: append(&input, to: &image, &chain, seed: header.seed, isChained: false)
            case .seal: append(&input, to: &image, &chain, seed: header.seed, isChained: true, kind: .seal)
            default: append(&input, to: &image, &chain, seed: header.seed, isChained: true)
            }
        }
        return image
    }

    private struct Chain {
        var checksum: UInt32
        var length: UInt32
        var sequence: UInt64
        var end: Int
    }

    private static func append(
        _ input: inout FuzzInput, to image: inout [UInt8], _ chain: inout Chain, seed: UInt32, isChained: Bool,
        kind: FrameKind? = nil
    ) {
        let how = input.byte()
        var frame = FrameHeader(
            kind: kind?.rawValue ?? input.byte(), flags: how & 1, firstSequence: chain.sequence, appendTime: 9,
            durableWatermark: how & 2 != 0 ? UInt64(chain.end) : UInt64(SegmentHeader.blockLength), storedLength: 0,
            rawLength: 0, recordCount: how & 4 != 0 ? input.number(UInt32.self) : 1, previousLength: chain.length,
            previousChecksum: chain.checksum, payloadChecksum: 0)
        let payload = input.piece()
        frame.storedLength = UInt32(payload.count)
        frame.rawLength = UInt32(payload.count)
        frame.payloadChecksum = CRC32C.checksum(payload.span.bytes)
        if !isChained {
            frame.firstSequence = input.number(UInt64.self)
            frame.appendTime = input.number(UInt64.self)
            frame.durableWatermark = input.number(UInt64.self)
            frame.storedLength = input.number(UInt32.self)
            frame.previousLength ^= input.number(UInt32.self)
        }
        if how & 8 != 0 { frame.payloadChecksum ^= 1 }
        let block = ByteBlock(capacity: FrameHeader.length + payload.count + 8)
        block.appendZeros(FrameHeader.length)
        block.append(payload.span.bytes)
        if how & 16 != 0 { block.append(UInt8(1)) }
        block.pad(to: 8)
        let checksum = frame.write(to: block, seed: seed)
        image += block.bytes.array()
        chain = Chain(
            checksum: checksum, length: UInt32(truncatingIfNeeded: frame.frameLength), sequence: frame.endSequence,
            end: image.count)
    }

    // MARK: - What must hold

    private static func check(_ segment: Segment) {
        let walk = SegmentWalk(segment)
        let region = segment.region
        require(walk.end >= SegmentHeader.blockLength && walk.end <= segment.capacity, "a walk ends in its file")
        require(walk.watermark <= walk.end, "no watermark is believed that lies past its frame")
        var offset = SegmentHeader.blockLength
        var index = SparseIndex()
        while offset < walk.end {
            guard let (header, checksum) = segment.frame(at: offset), segment.isWhole(at: offset, header) else {
                fatalError("broken promise: a walk passes over whole frames only")
            }
            index.add(sequence: header.firstSequence, offset: offset)
            check(segment, header, checksum, at: offset)
            offset += header.frameLength
        }
        require(offset == walk.end, "a walk ends where a frame ends")
        require(index.offsets == walk.index.offsets, "the sparse index is that of the frames")
        if let seal = walk.seal { checkSeal(segment, seal, end: walk.end) }
        let tail = walk.tail()
        if tail.isZero { require(region.bytes.extracting(walk.end..<segment.capacity).isZero, "a zero tail is zeros") }
        if let proof = tail.proof {
            require(proof.durableWatermark > UInt64(walk.end) && tail.holdsFrames, "a proof proves something")
        }
    }

    private static func check(_ segment: Segment, _ header: FrameHeader, _ checksum: UInt32, at offset: Int) {
        let block = ByteBlock(capacity: FrameHeader.length)
        block.appendZeros(FrameHeader.length)
        let seed = segment.header.seed
        let sameChecksum = header.write(to: block, seed: seed)
        block.appendZeros(header.frameLength - FrameHeader.length)
        let copy = FrameHeader.read(block.bytes, at: 0, seed: seed)
        require(copy?.header == header && copy?.checksum == sameChecksum, "a frame header is read as it was written")
        let frame = LogFrame(segment: segment, offset: offset, header: header)
        require(frame.payload.byteCount == Int(header.storedLength), "a payload is as long as its header says")
        require((try? frame.verify()) != nil, "a whole frame is verified")
    }

    private static func checkSeal(_ segment: Segment, _ seal: Range<Int>, end: Int) {
        require(seal.lowerBound >= SegmentHeader.blockLength && seal.upperBound <= end, "a seal lies in its file")
        let region = segment.region
        for sequence in [0, 1, segment.header.baseSequence, 1 << 40, .max] {
            // What a hostile index says may be anywhere; looking there must do no harm.
            let start = SparseIndex.start(of: sequence, in: region.bytes.extracting(seal))
            _ = segment.frame(at: start).map { segment.isWhole(at: start, $0.header) }
        }
    }

    // MARK: - Seeds

    static var seeds: [[UInt8]] {
        var index = SparseIndex()
        index.add(sequence: 1, offset: SegmentHeader.blockLength)
        let seal = index.encoded()
        let entry = seal.payload.array()
        let (raw, _) = SegmentHeader(
            identity: identity, id: 7, baseSequence: 8, previous: .none, salt: 9, fileLength: 1 << 16
        ).encoded()
        return [
            seed(0, [(0, 1, 3, "checkpoint"), (0, 2, 1, "some events"), (0, 0, 2, "settlements"), (0, 2, 5, "")]),
            seed(2, [(0, 2, 1, "events"), (3, 0, 1, "of an earlier life")]),
            seed(0, [(0, 2, 1, "events"), (0, 8, 1, "torn"), (0, 2, 1, "a later one with a watermark")]),
            seed(0, [(0, 0, 1, "events"), (0, 16, 1, "padding that is not zero")]),
            seed(0, [(0, 2, 1, "events")]) + [Step.seal.rawValue, 0] + [UInt8(entry.count), 0] + entry,
            seed(0, [(0, 2, 1, "events")]) + [Step.rawBytes.rawValue, 9, 0] + [0, 0, 0, 0, 0, 0, 0, 0, 7],
            seed(0, [(0, 2, 1, "events")]) + [Step.freeFrame.rawValue, 0, 1, 2, 0, 1, 2]
                + [UInt8](repeating: 9, count: 32),
            [1] + raw.bytes.array().prefix(128),
        ]
    }

    private static func seed(_ control: UInt8, _ frames: [(step: UInt8, how: UInt8, kind: UInt8, text: String)])
        -> [UInt8]
    {
        var seed = FuzzSeed()
        seed.byte(control)
        seed.number(UInt64(1))
        for frame in frames {
            seed.byte(frame.step)
            seed.byte(frame.how)
            seed.byte(frame.kind)
            seed.piece(Array(frame.text.utf8))
        }
        return seed.bytes
    }
}
