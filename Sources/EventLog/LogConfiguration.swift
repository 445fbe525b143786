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
