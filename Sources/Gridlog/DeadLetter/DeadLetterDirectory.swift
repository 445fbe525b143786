import CloudEvents
import Storage

/// Dead-lettered events in files of JSON (contract 3.7, decision 26): a file an array, under the hour of its making.
///
/// A file gets its name only when it is whole and synced: a crash leaves one that ends in `.unfinished`, which is passed over.
struct DeadLetterDirectory: DeadLetterStore {
    let fileSystem: any FileSystem
    /// The destination's path.
    let path: String
    let topic: String
    let subscription: String
    let random: @Sendable () -> UInt64

    private var names: [String] { ["default", topic, subscription] }

    func write(_ copies: [DeadLetterCopy], _ completion: @escaping @Sendable (GridlogError?) -> Void) {
        do throws(StorageError) {
            try write(copies)
        } catch {
            return completion(GridlogError(error))
        }
        completion(nil)
    }

    private func write(_ copies: [DeadLetterCopy]) throws(StorageError) {
        guard let time = copies.last?.copiedAt else { return }
        var json: [UInt8] = []
        for copy in copies {
            json.append(UInt8(ascii: json.isEmpty ? "[" : ","))
            copy.append(to: &json)
        }
        json.append(UInt8(ascii: "]"))
        let directory = try makeDirectory(names + Self.hour(of: time))
        try replace("\(directory)/\(Self.identifier(time, random)).json", in: directory, with: json)
    }

    /// Year, month, day and hour in UTC, as Event Grid names the folders: without leading zeros.
    private static func hour(of time: UInt64) -> [String] {
        let text = Array(Timestamp.text(nanosecondsSince1970: time).utf8)
        return [0..<4, 5..<7, 8..<10, 11..<13].map { range in
            String(text[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
        }
    }

    /// A UUID that sorts by time (RFC 9562, version 7).
    private static func identifier(_ time: UInt64, _ random: () -> UInt64) -> String {
        let high = (time / 1_000_000) << 16 | 0x7000 | random() & 0xFFF
        let low = random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array(
            BrokerEnvironment.hexadecimal(high, digits: 16) + BrokerEnvironment.hexadecimal(low, digits: 16))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    /// Makes what is missing of a path below the destination, durably. What is there may have been made just before a crash: its name is
    /// synced, too.
    private func makeDirectory(_ names: [String]) throws(StorageError) -> String {
        var directory = path
        if (try? fileSystem.list(path)) == nil { try Self.makeRoot(path, fileSystem) }
        for name in names {
            let child = "\(directory)/\(name)"
            try fileSystem.createDirectory(child)
            try fileSystem.syncDirectory(directory)
            directory = child
        }
        return directory
    }

    /// Makes the destination itself, durably; its parent must exist.
    static func makeRoot(_ path: String, _ fileSystem: any FileSystem) throws(StorageError) {
        let wasThere = (try? fileSystem.list(path)) != nil
        do {
            try fileSystem.createDirectory(path)
            try fileSystem.syncDirectory(BrokerEnvironment.parent(of: path))
        } catch {
            // What an operator made may lie where the broker cannot look.
            if !wasThere { throw error }
        }
    }

    /// Gives a file its name, or another content, whole and durable.
    private func replace(_ file: String, in directory: String, with json: [UInt8]) throws(StorageError) {
        let block = ByteBlock(capacity: json.count)
        unsafe block.append(json.span.bytes)
        let unfinished = file + ".unfinished"
        try? fileSystem.unlink(unfinished)
        do {
            let open = try fileSystem.open(unfinished, .createNew)
            try open.write([block], at: 0)
            try open.synchronize()
            try fileSystem.rename(unfinished, to: file)
        } catch {
            try? fileSystem.unlink(unfinished)
            throw error
        }
        try fileSystem.syncDirectory(directory)
    }

    // MARK: - Reading

    func forEachBatch(
        _ body: ([StoredDeadLetter]) throws(GridlogError) -> Set<Int>?
    ) throws(GridlogError) {
        for file in try files(in: ([path] + names).joined(separator: "/"), depth: 4) {
            let entries = try read(file.path)
            let waiting = entries.indices.filter { !entries[$0].isRedriven }
            guard !waiting.isEmpty else { continue }
            guard let done = try body(waiting.map { entries[$0].stored }) else { return }
            guard !done.isEmpty else { continue }
            let json = DeadLetterFile.render(entries, redriven: Set(done.map { waiting[$0] }))
            do {
                try replace(file.path, in: file.directory, with: json)
            } catch {
                throw GridlogError(error)
            }
        }
    }

    private struct File {
        let directory: String
        let name: String

        var path: String { "\(directory)/\(name)" }
    }

    /// The files below a directory, in the order of their hours.
    private func files(in directory: String, depth: Int) throws(GridlogError) -> [File] {
        let names: [String]
        do {
            names = try fileSystem.list(directory)
        } catch {
            // Nothing was ever dead-lettered.
            if error.code == .notFound { return [] }
            throw GridlogError(error)
        }
        guard depth > 0 else {
            return names.filter { $0.hasSuffix(".json") }.map { File(directory: directory, name: $0) }
        }
        var files: [File] = []
        for number in names.compactMap({ Int($0) }).sorted() {
            files += try self.files(in: "\(directory)/\(number)", depth: depth - 1)
        }
        return files
    }

    private func read(_ file: String) throws(GridlogError) -> [DeadLetterFile.Entry] {
        let json: [UInt8]
        do {
            json = try content(of: file)
        } catch {
            throw GridlogError(error)
        }
        guard let entries = DeadLetterFile.entries(of: json) else {
            throw GridlogError(
                .storageDamaged,
                "The dead-letter file '\(file)' is not an array of dead-lettered events; move it away, then try again.")
        }
        return entries
    }

    /// Nothing of a file that is too long.
    private func content(of file: String) throws(StorageError) -> [UInt8] {
        let open = try fileSystem.open(file, .read)
        let length = try open.size()
        guard length > 0, length <= DeadLetterFile.bytesMax else { return [] }
        let region = try open.map(length, .readOnly)
        return region.bytes.array()
    }
}
