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

    var floor: UInt64 {
        get { region.loadUInt64(at: 72) }
        nonmutating set { region.storeUInt64(newValue, at: 72) }
    }

    var cursor: UInt64 {
        get { region.loadUInt64(at: 80) }
        nonmutating set { region.storeUInt64(newValue, at: 80) }
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
