import Storage

@testable import EventLog

/// A packed segment, taken apart, to be put together again in another way with every checksum right.
struct PackedDraft {
    private struct Block {
        /// Its bytes in the file.
        var stored: [UInt8]
        var frames: [SoundSegment.Frame]
        var entry: PackedBlock
        /// What is stored is to be made of the frames again.
        var isRewritten = false
        /// What is stored is the input's.
        var isOpaque = false

        /// The entry, for a place among the others.
        mutating func lie(at rawOffset: Int, storedAt storedOffset: Int) {
            entry.rawOffset = rawOffset
            entry.storedOffset = storedOffset
            entry.storedLength = stored.count
            guard !isOpaque, let first = frames.first?.header else { return }
            entry.firstSequence = first.firstSequence
            entry.firstTime = first.appendTime
        }
    }

    private struct Edit {
        let isHeader: Bool
        let position: Int
        let field: Int
        let number: Number
    }

    /// Places of numbers: offset and length.
    private static let headerFields: [(offset: Int, length: Int)] = [
        (0, 8), (8, 2), (12, 4), (16, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8), (56, 8), (64, 2), (72, 8),
        (96, 8), (104, 8), (132, 4), (136, 4), (112, 8), (144, 8), (152, 4),
        (156, 4),
    ]
    private static let entryFields: [(offset: Int, length: Int)] = [
        (0, 8), (8, 8), (16, 8), (24, 8), (32, 4), (36, 4), (40, 4), (44, 4),
    ]

    private enum Step: UInt8 {
        case headerField, entryField, stored, flip, frameField, payload, frames, blocks
    }

    private struct Number {
        let how: UInt8
        let value: UInt64

        init(_ input: inout FuzzInput) {
            how = input.byte()
            value = how & 3 == 0 ? input.number(UInt64.self) : UInt64(input.byte())
        }

        func applied(to old: UInt64) -> UInt64 {
            switch how & 3 {
            case 1: old &+ value
            case 2: old &- value
            default: value
            }
        }
    }

    private let sound: SoundSegment
    private var header: [UInt8]
    private var index: [UInt8]
    private var blocks: [Block]
    private var isChanged = false
    /// Of header and index, at places that are known only when all blocks are laid out.
    private var lateEdits: [Edit] = []

    init(_ sound: SoundSegment) {
        self.sound = sound
        let packed = sound.packed
        header = Array(packed[..<PackedHeader.length])
        var place = FuzzInput(Array(packed[48..<56]))
        let start = Int(place.number(UInt64.self))
        index = Array(packed[start...])
        blocks = sound.blocks.enumerated().compactMap { [index] position, frames in
            PackedBlock(index.span.bytes, at: position).map {
                Block(stored: Array(packed[$0.storedOffset..<$0.storedEnd]), frames: frames, entry: $0)
            }
        }
    }

    var file: [UInt8] { header + blocks.flatMap(\.stored) + index }

    // MARK: - Edits

    /// A byte says how many edits there are.
    mutating func edit(_ input: inout FuzzInput) {
        for _ in 0..<(input.byte() & 7) {
            let step = Step(rawValue: input.byte() & 7) ?? .headerField
            let position = Int(input.byte())
            switch step {
            case .headerField, .entryField:
                let field = Int(input.byte())
                let number = Number(&input)
                lateEdits.append(
                    Edit(isHeader: step == .headerField, position: position, field: field, number: number))
            case .stored: store(&input, at: position)
            case .flip: flip(&input, at: position)
            case .frameField, .payload: editFrame(&input, at: position, isPayload: step == .payload)
            case .frames: moveFrame(&input, at: position)
            case .blocks: moveBlock(&input, at: position)
            }
        }
    }

    private mutating func store(_ input: inout FuzzInput, at position: Int) {
        guard !blocks.isEmpty else { return }
        let place = position % blocks.count
        blocks[place].entry.codec = input.byte() & 1 == 0 ? .none : .zstd
        blocks[place].entry.rawLength = Int(input.number(UInt32.self))
        blocks[place].stored = input.piece()
        blocks[place].isOpaque = true
        isChanged = true
    }

    private mutating func flip(_ input: inout FuzzInput, at position: Int) {
        guard !blocks.isEmpty else { return }
        let place = position % blocks.count
        let offset = Int(input.number(UInt16.self))
        let bits = input.byte()
        guard !blocks[place].stored.isEmpty else { return }
        blocks[place].stored[offset % blocks[place].stored.count] ^= bits
        blocks[place].isOpaque = true
    }

    private mutating func editFrame(_ input: inout FuzzInput, at position: Int, isPayload: Bool) {
        guard !blocks.isEmpty else { return }
        let place = position % blocks.count
        let number = Int(input.byte())
        guard !blocks[place].frames.isEmpty else { return }
        let frame = number % blocks[place].frames.count
        blocks[place].isRewritten = true
        isChanged = true
        if isPayload {
            blocks[place].frames[frame].payload = input.piece()
        } else {
            let field = input.byte()
            Self.set(field, of: &blocks[place].frames[frame], Number(&input))
        }
    }

    private static func set(_ field: UInt8, of frame: inout SoundSegment.Frame, _ number: Number) {
        func small(_ old: some FixedWidthInteger & UnsignedInteger) -> UInt64 { number.applied(to: UInt64(old)) }
        switch field & 7 {
        case 0: frame.header.kind = UInt8(truncatingIfNeeded: small(frame.header.kind))
        case 1: frame.header.flags = UInt8(truncatingIfNeeded: small(frame.header.flags))
        case 2: frame.header.firstSequence = small(frame.header.firstSequence)
        case 3: frame.header.appendTime = small(frame.header.appendTime)
        case 4: frame.header.durableWatermark = small(frame.header.durableWatermark)
        case 5: frame.header.recordCount = UInt32(truncatingIfNeeded: small(frame.header.recordCount))
        case 6: frame.header.addressee = UInt32(truncatingIfNeeded: small(frame.header.addressee))
        default: frame.padding = UInt8(truncatingIfNeeded: number.value)
        }
    }

    /// Drops a frame, doubles it, or hands it to the next block.
    private mutating func moveFrame(_ input: inout FuzzInput, at position: Int) {
        guard !blocks.isEmpty else { return }
        let place = position % blocks.count
        let how = input.byte()
        let count = blocks[place].frames.count
        guard count > 0, count < 16 else { return }
        let frame = Int(how >> 2) % count
        let moved = how & 3 == 1 ? blocks[place].frames[frame] : blocks[place].frames.remove(at: frame)
        switch how & 3 {
        case 0: break
        case 1: blocks[place].frames.insert(moved, at: frame)
        default:
            let next = (place + 1) % blocks.count
            blocks[next].frames.insert(moved, at: 0)
            blocks[next].isRewritten = true
        }
        blocks[place].isRewritten = true
        isChanged = true
    }

    /// Drops a block, doubles it, or exchanges it with the next one.
    private mutating func moveBlock(_ input: inout FuzzInput, at position: Int) {
        guard !blocks.isEmpty, blocks.count < 8 else { return }
        let place = position % blocks.count
        switch input.byte() % 3 {
        case 0: blocks.remove(at: place)
        case 1: blocks.insert(blocks[place], at: place)
        default: blocks.swapAt(place, (place + 1) % blocks.count)
        }
        isChanged = true
    }

    // MARK: - Checksums

    /// Makes every checksum right, from the inside to the outside; and, when `isChained`, the frames' links to one another.
    mutating func reseal(isChained: Bool) {
        for edit in lateEdits where edit.isHeader && Self.place(edit.field, in: Self.headerFields).offset >= 56 {
            apply(edit)
        }
        header.repairChecksum(of: 56..<152, at: 152)
        // What the file says of its segment, read as a reader does.
        let fields = Array(header[56..<56 + SegmentHeader.fieldsLength])
        let (segment, checksum) =
            (try? SegmentHeader.readFields(fields.span.bytes, file: "")) ?? (sound.header, sound.headerChecksum)
        if isChanged || checksum != sound.headerChecksum && isChained {
            layOut(segment, checksum, isChained: isChained)
        }
        for edit in lateEdits where !edit.isHeader || Self.place(edit.field, in: Self.headerFields).offset < 56 {
            apply(edit)
        }
        repairBlocks(seed: segment.seed)
        let indexChecksum = CRC32C.checksum(index.span.bytes, seed: segment.seed)
        Self.put(UInt64(indexChecksum), in: &header, at: 44, length: 4)
        header.repairChecksum(of: 0..<156, at: 156)
    }

    /// Makes blocks of frames where they were changed, an index of all blocks, and a header that fits both.
    private mutating func layOut(_ segment: SegmentHeader, _ segmentChecksum: UInt32, isChained: Bool) {
        let compressor = ZstdCompressor()
        var last = (checksum: segmentChecksum, length: UInt32(0), frame: sound.blocks.last?.last?.header)
        let entries = ByteBlock(capacity: blocks.count * PackedBlock.length)
        var (rawEnd, storedEnd) = (SegmentHeader.blockLength, PackedHeader.length)
        for place in blocks.indices {
            if !blocks[place].isOpaque && (isChained || blocks[place].isRewritten) {
                let raw = ByteBlock(capacity: 1 << 10)
                for number in blocks[place].frames.indices {
                    var frame = blocks[place].frames[number]
                    if isChained {
                        (frame.header.previousChecksum, frame.header.previousLength) = (last.checksum, last.length)
                    }
                    last.checksum = frame.append(to: raw, seed: segment.seed)
                    last.length = UInt32(frame.header.frameLength)
                    last.frame = frame.header
                }
                let compressed = compressor.compress(raw.bytes)
                let stored = compressed ?? raw
                blocks[place].stored = stored.bytes.array()
                blocks[place].entry.codec = compressed == nil ? .none : .zstd
                blocks[place].entry.rawLength = raw.count
            }
            blocks[place].lie(at: rawEnd, storedAt: storedEnd)
            (rawEnd, storedEnd) = (blocks[place].entry.rawEnd, blocks[place].entry.storedEnd)
            blocks[place].entry.append(to: entries)
        }
        index = entries.bytes.array()
        let file = PackedHeader(
            segment: segment, segmentChecksum: segmentChecksum, blockCount: blocks.count, rawLength: rawEnd,
            endSequence: last.frame?.endSequence ?? 0, lastTime: last.frame?.appendTime ?? 0,
            sealChecksum: last.checksum, indexChecksum: 0, indexOffset: storedEnd)
        header = file.encoded().bytes.array()
    }

    private mutating func repairBlocks(seed: UInt32) {
        for (position, block) in blocks.enumerated() where (position + 1) * PackedBlock.length <= index.count {
            let checksum = CRC32C.checksum(block.stored.span.bytes, seed: seed)
            Self.put(UInt64(checksum), in: &index, at: position * PackedBlock.length + 40, length: 4)
        }
    }

    // MARK: - Numbers

    private static func place(_ field: Int, in fields: [(offset: Int, length: Int)]) -> (offset: Int, length: Int) {
        fields[field % fields.count]
    }

    private mutating func apply(_ edit: Edit) {
        if edit.isHeader {
            let place = Self.place(edit.field, in: Self.headerFields)
            Self.apply(edit.number, to: &header, at: place.offset, length: place.length)
        } else {
            let place = Self.place(edit.field, in: Self.entryFields)
            let count = max(1, index.count / PackedBlock.length)
            let entry = edit.position % count * PackedBlock.length
            Self.apply(edit.number, to: &index, at: entry + place.offset, length: place.length)
        }
    }

    private static func apply(_ number: Number, to bytes: inout [UInt8], at place: Int, length: Int) {
        guard place + length <= bytes.count else { return }
        let old = (0..<length).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
        put(number.applied(to: old), in: &bytes, at: place, length: length)
    }

    private static func put(_ value: UInt64, in bytes: inout [UInt8], at place: Int, length: Int) {
        for offset in 0..<length { bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset)) }
    }

    // MARK: - Seeds

    /// One of each kind of edit.
    static var seeds: [[UInt8]] {
        let number: [UInt8] = [1, 1]
        var seeds: [[UInt8]] = []
        for field in headerFields.indices { seeds.append([1, Step.headerField.rawValue, 0, UInt8(field)] + number) }
        for field in entryFields.indices { seeds.append([1, Step.entryField.rawValue, 1, UInt8(field)] + number) }
        for field in UInt8(0)..<8 { seeds.append([1, Step.frameField.rawValue, 0, 1, field] + number) }
        // A zstd frame of 4 bytes that says 64 MiB.
        let lie: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 4, 1, 0, 0]
        seeds.append([1, Step.stored.rawValue, 0, 1, 0, 0, 0, 4, UInt8(lie.count), 0] + lie)
        seeds.append([1, Step.stored.rawValue, 0, 0, 80, 0, 0, 0, 80, 0] + [UInt8](repeating: 7, count: 80))
        seeds.append([1, Step.flip.rawValue, 0, 9, 0, 4])
        seeds.append([1, Step.payload.rawValue, 0, 1, 3, 0, 1, 2, 3])
        for how in UInt8(4)..<7 { seeds.append([1, Step.frames.rawValue, 0, how]) }
        for how in UInt8(0)..<3 { seeds.append([1, Step.blocks.rawValue, 0, how]) }
        return seeds
    }
}
