import Storage

/// Decompressed blocks of packed segments, within a bound of bytes; what was not used for the longest time goes first.
///
/// May be used from any thread, by any number of logs. Its lock is held for nanoseconds; decompressing happens outside.
public final class BlockCache: Sendable {
    /// The bound of a cache that is given none: some 500 blocks.
    public static let defaultBytesMax = 32 << 20

    struct Key: Hashable {
        /// The packed file, by a number of its own.
        let file: UInt64
        /// The position in its block index.
        let block: Int
    }

    private struct State {
        var blocks: RecentlyUsed<Key, Segment>
        var lastFile: UInt64 = 0
    }

    private let state: Guarded<State>
    /// All blocks together never take more, in bytes.
    public let bytesMax: Int

    /// An empty cache.
    public init(bytesMax: Int = BlockCache.defaultBytesMax) {
        self.bytesMax = bytesMax
        state = Guarded(State(blocks: RecentlyUsed(costMax: bytesMax)))
    }

    /// How many bytes of blocks it holds.
    public var usedBytes: Int { state.withLock { $0.blocks.cost } }

    /// A number that no other file of this cache has or had.
    func nextFile() -> UInt64 {
        state.withLock { state in
            state.lastFile += 1
            return state.lastFile
        }
    }

    func find(_ key: Key) -> Segment? {
        state.withLock { $0.blocks.use(key) }
    }

    /// Keeps a block, unless another thread was faster.
    ///
    /// - Returns: the block that everybody shares.
    func insert(_ block: Segment, _ key: Key) -> Segment {
        let (shared, forgotten) = state.withLock { state in
            if let present = state.blocks.use(key) { return (present, [Segment]()) }
            return (block, state.blocks.insert(block, key, cost: block.region.length))
        }
        // Here their memory is given back, not under the lock.
        _ = forgotten
        return shared
    }
}
