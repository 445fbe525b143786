public import Storage

/// What an index is opened with.
public struct IndexOptions: Sendable {
    /// The disk.
    public var fileSystem: any FileSystem
    /// The subscription's directory; it must exist, and holds nothing but the index.
    public var directory: String
    /// What the index belongs to.
    public var identity: IndexIdentity
    /// The run of the machine: files of another one are discarded.
    public var bootIdentity: UInt64
    /// The epoch of the index if it must be rebuilt; one never used before in this store.
    public var freshEpoch: UInt32
    /// The sequence at which the subscription began: the floor when there is no checkpoint.
    public var start: UInt64
    /// The first sequence that is not in the recovered log.
    public var tail: UInt64
    /// Boot time in nanoseconds.
    public var bootTime: UInt64
    /// Wall time in nanoseconds since 1970; only converts the ends of delays.
    public var wallTime: UInt64
    /// Lock duration and delivery count.
    public var settings: IndexSettings

    /// Gathers them.
    public init(
        fileSystem: any FileSystem, directory: String, identity: IndexIdentity, bootIdentity: UInt64,
        freshEpoch: UInt32, start: UInt64, tail: UInt64, bootTime: UInt64, wallTime: UInt64, settings: IndexSettings
    ) {
        self.fileSystem = fileSystem
        self.directory = directory
        self.identity = identity
        self.bootIdentity = bootIdentity
        self.freshEpoch = freshEpoch
        self.start = start
        self.tail = tail
        self.bootTime = bootTime
        self.wallTime = wallTime
        self.settings = settings
    }
}
