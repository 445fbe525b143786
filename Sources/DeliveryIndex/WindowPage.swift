import Storage

/// The mapped file `WINDOW`: where the window lies, and which chunks are part of the index (FORMAT.md section 2).
struct WindowPage {
    static let fileName = "WINDOW"
    static let size = 4_096

    private let region: MappedRegion

    init(region: MappedRegion) {
        self.region = region
    }

    /// Begins a page that nobody trusts until it is ``isServing``.
    func reset(_ header: PageHeader) {
        region.zero()
        region.store(header.encoded().bytes, at: 0)
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get { region.bytes }
    }

    /// False while the index is being rebuilt: what is mapped is not to be trusted then.
    var isServing: Bool {
        get { region.loadUInt64(at: 64) == 1 }
        nonmutating set { region.storeUInt64(newValue ? 1 : 0, at: 64) }
    }

    /// Zero, below every sequence, if what is stored is not whole.
    var floor: UInt64 {
        get { Self.number(region.loadUInt64(at: 72)) ?? 0 }
        nonmutating set { region.storeUInt64(Self.checked(newValue), at: 72) }
    }

    /// Zero if what is stored is not whole.
    var cursor: UInt64 {
        get { Self.number(region.loadUInt64(at: 80)) ?? 0 }
        nonmutating set { region.storeUInt64(Self.checked(newValue), at: 80) }
    }

    /// Whether floor and cursor are as they were stored: a floor that is too high would settle what nobody has seen.
    var isWhole: Bool {
        Self.number(region.loadUInt64(at: 72)) != nil && Self.number(region.loadUInt64(at: 80)) != nil
    }

    /// A number with its check in the upper 16 bits, so that both reach the file with one store.
    @inline(__always)
    private static func checked(_ number: UInt64) -> UInt64 {
        let number = number & 0xFFFF_FFFF_FFFF
        // The upper bits of a product by an odd constant change with every single bit of the number.
        return number | (number &+ 1) &* 0x9E37_79B9_7F4A_7C15 & 0xFFFF_0000_0000_0000
    }

    private static func number(_ word: UInt64) -> UInt64? {
        checked(word) == word ? word & 0xFFFF_FFFF_FFFF : nil
    }

    /// Which chunks are live, in a form that is checked but not read back.
    var liveChunks: ChunkSet {
        get { ChunkSet(count: region.loadUInt64(at: 88), sum: region.loadUInt64(at: 96)) }
        nonmutating set {
            region.storeUInt64(newValue.count, at: 88)
            region.storeUInt64(newValue.sum, at: 96)
        }
    }

    /// The chunk whose file is being named or taken away.
    var pendingChunk: UInt64? {
        get {
            let stored = region.loadUInt64(at: 104)
            return stored == 0 ? nil : stored - 1
        }
        nonmutating set { region.storeUInt64(newValue.map { $0 + 1 } ?? 0, at: 104) }
    }
}
