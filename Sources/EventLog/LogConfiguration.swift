public import Storage

/// What a log is given: where it lies, and the world around it.
public struct LogConfiguration: Sendable {
    /// The directory that holds the segments; its parent exists.
    public var directory: String
    /// Which log of which store it is.
    public var identity: LogIdentity
    /// The disk.
    public var fileSystem: any FileSystem
    /// The clocks.
    public var clock: any TimeSource
    /// A random number, for salts.
    public var random: @Sendable () -> UInt64
    /// The length of the first segment, in bytes.
    public var segmentBytesMin = 1 << 20
    /// Segments of a busy log grow up to this length, in bytes.
    public var segmentBytesMax = 64 << 20
    /// Each of the two files that are kept for settling on a full disk is at least so long, in bytes.
    public var reserveBytesMin = 128 << 10

    /// Decompressed blocks of packed segments. Give all logs of a broker the same one, so that its bound holds for them together.
    public var blockCache = BlockCache()

    /// Describes a log.
    public init(
        directory: String, identity: LogIdentity, fileSystem: any FileSystem, clock: any TimeSource,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.directory = directory
        self.identity = identity
        self.fileSystem = fileSystem
        self.clock = clock
        self.random = random
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// The directory that holds the log's.
    var parentDirectory: String {
        guard let slash = directory.lastIndex(of: "/") else { return "." }
        return slash == directory.startIndex ? "/" : String(directory[..<slash])
    }
}
