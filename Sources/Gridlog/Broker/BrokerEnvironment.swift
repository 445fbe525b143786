package import Storage

/// The world around a broker: the disk, the clocks, chance. Tests hand in their own.
package struct BrokerEnvironment: Sendable {
    var directory: String
    var fileSystem: any FileSystem
    var clock: any TimeSource
    var random: @Sendable () -> UInt64
    /// Without threads, whoever holds the broker runs the committer and the timers.
    var hasThreads: Bool
    /// The lengths of a log's first segment and of its longest, in bytes; `nil` for those of the log. A simulation makes them short,
    /// so that segments begin and go all the time; the reserve is as short then.
    var segmentBytes: ClosedRange<Int>?

    package init(
        directory: String, fileSystem: any FileSystem, clock: any TimeSource,
        random: @escaping @Sendable () -> UInt64, hasThreads: Bool, segmentBytes: ClosedRange<Int>? = nil
    ) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.clock = clock
        self.random = random
        self.hasThreads = hasThreads
        self.segmentBytes = segmentBytes
    }

    static func production(_ directory: String) -> BrokerEnvironment {
        BrokerEnvironment(
            directory: directory, fileSystem: PosixFileSystem(), clock: SystemClock(),
            random: { UInt64.random(in: .min ... .max) }, hasThreads: true)
    }

    /// The directory that holds the name of the data directory.
    var parentDirectory: String { Self.parent(of: directory) }

    /// The directory that holds the name of a file or directory.
    static func parent(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }
}

extension BrokerEnvironment {
    func topicDirectory(_ id: UInt64) -> String {
        path("topics/" + Self.hexadecimal(id, digits: 16))
    }

    func subscriptionDirectory(_ topic: UInt64, _ id: UInt32) -> String {
        topicDirectory(topic) + "/subscriptions/" + Self.hexadecimal(UInt64(id), digits: 8)
    }

    /// Removes the files of a topic; they are gone for good when it returns.
    func removeTopic(_ id: UInt64) throws(StorageError) {
        try fileSystem.removeTree(topicDirectory(id))
        try fileSystem.syncDirectory(path("topics"))
    }

    /// Removes the files of a subscription; they are gone for good when it returns.
    func removeSubscription(_ topic: UInt64, _ id: UInt32) throws(StorageError) {
        try fileSystem.removeTree(subscriptionDirectory(topic, id))
        try fileSystem.syncDirectory(topicDirectory(topic) + "/subscriptions")
    }

    static func hexadecimal(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
