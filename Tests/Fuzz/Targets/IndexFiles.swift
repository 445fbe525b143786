import Storage

@testable import DeliveryIndex

/// What an earlier process left: `WINDOW` and chunks, as they should be but for what the input changes.
struct IndexFiles {
    /// The fields of a page header, and those behind it in `WINDOW` (FORMAT.md sections 1 and 2).
    static let headerFields =
        [0..<8, 8..<12, 12..<16, 16..<24, 24..<32, 32..<40, 40..<48, 48..<56, 56..<60] + [checksumField]
    static let windowFields = headerFields + stride(from: 64, to: 112, by: 8).map { $0..<($0 + 8) }
    private static let checksumField = 60..<64
    private static let epochField = 56..<60
    private static let epoch: UInt32 = 1

    /// What the first byte of the input says.
    struct Control: OptionSet {
        let rawValue: UInt8

        static let beginsWithSecondChunk = Control(rawValue: 4)
        static let hasPendingChunk = Control(rawValue: 8)
        static let editsWindow = Control(rawValue: 16)
        static let shortensChunks = Control(rawValue: 32)
        /// Floor and cursor are anywhere, not near the events.
        static let isFarOff = Control(rawValue: 64)
        static let editsChunks = Control(rawValue: 128)

        var chunks: [UInt64] {
            let first: UInt64 = contains(.beginsWithSecondChunk) ? 1 : 0
            return (0..<UInt64(rawValue & 3)).map { first + $0 }
        }
    }

    let files = MemoryFileSystem()
    private let chunks: [UInt64]

    init(_ input: inout FuzzInput) {
        let control = Control(rawValue: input.byte())
        chunks = control.chunks
        putWindow(control, &input)
        for number in chunks { putChunk(number, control, &input) }
    }

    // MARK: - Promises

    /// To be taken before the files are opened. - Returns: the epoch of an index that may be made of them, `nil` if none may.
    func trustedEpoch() -> UInt32? {
        guard let window = files[Self.path(WindowPage.fileName)] else { return nil }
        var field = FuzzInput(Array(window[Self.epochField]))
        let epoch = field.number(UInt32.self)
        guard window.starts(with: Self.header(.window, 0, epoch)) else { return nil }
        var word = FuzzInput(Array(window[104..<112]))
        let pending = word.number(UInt64.self)
        for number in chunks where number + 1 != pending {
            let chunk = files[Self.path(ChunkFiles.fileName(number))] ?? []
            guard chunk.starts(with: Self.header(.chunk, number, epoch)) else { return nil }
        }
        return epoch
    }

    // MARK: - Making

    private static func path(_ name: String) -> String { "\(IndexTarget.directory)/\(name)" }

    private static func header(_ magic: PageHeader.Magic, _ chunk: UInt64, _ epoch: UInt32) -> [UInt8] {
        let header = PageHeader(
            magic: magic, identity: IndexTarget.identity, bootIdentity: IndexTarget.boot, chunk: chunk, epoch: epoch)
        return header.encoded().bytes.array()
    }

    private func putWindow(_ control: Control, _ input: inout FuzzInput) {
        let path = Self.path(WindowPage.fileName)
        let header = Self.header(.window, 0, Self.epoch)
        files[path] = header + [UInt8](repeating: 0, count: WindowPage.size - header.count)
        guard let region = try? files.open(path, .readWrite).map(WindowPage.size, .readWrite) else { return }
        let page = WindowPage(region: region)
        page.isServing = true
        let (base, range) = control.contains(.isFarOff) ? (0, 1 << 16) : (IndexTarget.start - 8, UInt64(700))
        page.floor = base + UInt64(input.number(UInt16.self)) % range
        page.cursor = base + UInt64(input.number(UInt16.self)) % range
        var set = ChunkSet()
        for number in chunks { set.insert(number) }
        page.liveChunks = set
        if control.contains(.hasPendingChunk) { page.pendingChunk = UInt64(input.byte()) }
        guard control.contains(.editsWindow) else { return }
        var window = region.bytes.array()
        Self.edit(&window, Self.windowFields, &input)
        files[path] = window
    }

    private func putChunk(_ number: UInt64, _ control: Control, _ input: inout FuzzInput) {
        var chunk = Self.header(.chunk, number, Self.epoch)
        chunk += [UInt8](repeating: 0, count: SlotChunk.size - chunk.count)
        if control.contains(.editsChunks) { Self.edit(&chunk, Self.headerFields, &input) }
        Self.putSlots(in: &chunk, &input)
        if control.contains(.shortensChunks) { chunk.removeLast(Int(input.byte())) }
        files[Self.path(ChunkFiles.fileName(number))] = chunk
    }

    /// Flips bits of up to four fields.
    private static func edit(_ page: inout [UInt8], _ fields: [Range<Int>], _ input: inout FuzzInput) {
        var isForged = false
        for _ in 0..<min(input.byte(), 4) {
            let field = fields[Int(input.byte()) % fields.count]
            for place in field { page[place] ^= input.byte() }
            isForged = isForged || field == checksumField
        }
        // Behind a wrong checksum nothing else is looked at: it is wrong only where the input says so itself.
        if !isForged { page.repairChecksum(of: 0..<checksumField.lowerBound, at: checksumField.lowerBound) }
    }

    /// Stretches of slots of one kind, laid one after the other; their parity is right unless the input says otherwise.
    private static func putSlots(in chunk: inout [UInt8], _ input: inout FuzzInput) {
        var place = SlotChunk.slotsOffset
        for _ in 0..<16 where place < chunk.count {
            let length = input.number(UInt16.self)
            let bits = input.number(UInt64.self)
            let slot = length & 1 << 15 == 0 ? Slot(stored: bits).stored : bits
            let end = min(place + 8 * (Int(length) % SlotChunk.slots + 1), chunk.count)
            chunk.withUnsafeMutableBytes { chunk in
                while place < end {
                    chunk.storeBytes(of: slot.littleEndian, toByteOffset: place, as: UInt64.self)
                    place += 8
                }
            }
        }
    }

    // MARK: - Seeds

    /// Sound files, and files with one field changed: of `WINDOW`, of the chunks, or the epoch of all.
    static var seeds: [[UInt8]] {
        let plain = [UInt8](0..<128).filter { $0 % 5 == 0 && $0 & 16 == 0 }.map { seed($0) }
        let windows = windowFields.indices.map { seed(2 | 16, windowEdit: edit($0, of: windowFields)) }
        let chunks = headerFields.indices.map { seed(2 | 128, chunkEdit: edit($0, of: headerFields)) }
        let epoch = edit(headerFields.firstIndex(of: epochField) ?? 0, of: headerFields)
        return plain + windows + chunks + [seed(2), seed(2 | 16 | 128, windowEdit: epoch, chunkEdit: epoch)]
    }

    private static func edit(_ field: Int, of fields: [Range<Int>]) -> [UInt8] {
        [1, UInt8(field), 6] + [UInt8](repeating: 0, count: fields[field].count - 1)
    }

    private static func seed(_ rawControl: UInt8, windowEdit: [UInt8] = [0], chunkEdit: [UInt8] = [0]) -> [UInt8] {
        let control = Control(rawValue: rawControl)
        var seed = FuzzSeed()
        seed.byte(rawControl)
        seed.number(control.contains(.isFarOff) ? UInt16(3) : UInt16(10))
        seed.number(control.contains(.isFarOff) ? UInt16(4_200) : UInt16(500))
        if control.contains(.hasPendingChunk) { seed.byte(1) }
        if control.contains(.editsWindow) { seed.raw(windowEdit) }
        for number in control.chunks {
            if control.contains(.editsChunks) { seed.raw(chunkEdit) }
            seedSlots(number, &seed)
            if control.contains(.shortensChunks) { seed.byte(0) }
        }
        return seed.bytes
    }

    /// Settled up to the events, then slots in each state in turn; untouched ones behind the cursor only.
    private static func seedSlots(_ number: UInt64, _ seed: inout FuzzSeed) {
        seed.number(UInt16(number == 0 ? IndexTarget.start + 3 : 0))
        seed.raw([5 | 1 << 5, 0, 1, 0, 0, 0x42, 0x0F, 0])
        // The thirteenth fills the first chunk, and nothing is read for it after that.
        for stretch in UInt8(0)..<(number == 0 ? 13 : 15) {
            let state = number == 0 || stretch < 9 ? stretch % 5 + 1 : 0
            seed.number(UInt16(23))
            // Due a moment ago, or in three seconds.
            seed.raw(
                state == 0 ? [UInt8](repeating: 0, count: 8) : [state | 1 << 5, 0, 1, 0, 0, 0x42 + stretch, 0x0F, 0])
        }
    }
}
