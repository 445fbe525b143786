public import Storage

/// Two small files that are written in turn, so that one of them is always whole (FORMAT.md section 3).
///
/// Used by one thread at a time. Writing costs one write and one sync.
public final class Manifest {
    static let names = ["MANIFEST-A", "MANIFEST-B"]
    private static let headerLength = 32
    private static let magic: UInt64 = 0x5453_464E_414D_4C47
    private static let majorVersion: UInt16 = 1
    /// The content of one manifest, at most.
    static let contentBytesMax = 256 << 20

    private let directory: String
    private let fileSystem: any FileSystem
    private var epoch: UInt64
    /// After a failed sync nothing is written any more: the kernel may have forgotten what it was to keep (R2, R3).
    private var failure: StorageError?
    /// The two files, opened when first written to and kept: writing needs no new descriptor, and no look at the directory.
    private var files: [(any StorageFile)?] = [nil, nil]
    /// Content of that length can be written to either file on a full disk.
    private(set) var room = 0
    /// A file was made whose name a power cut may still take back (R5).
    var owesDirectorySync = false

    init(directory: String, fileSystem: any FileSystem, epoch: UInt64) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.epoch = epoch
    }

    /// Opens the manifest of a directory. What it returns is durable: it is written once more, because an earlier process
    /// may have died before its sync, or its sync may have failed.
    ///
    /// - Returns: the manifest and its newest whole content; `nil` content when none was ever written whole.
    public static func open(
        in directory: String, _ fileSystem: any FileSystem
    ) throws(LogError) -> (manifest: Manifest, content: [UInt8]?) {
        var newest: (epoch: UInt64, content: [UInt8])?
        let present = try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.list(directory)
        }
        for name in names where present.contains(name) {
            guard let found = try read("\(directory)/\(name)", fileSystem) else { continue }
            if found.epoch > newest?.epoch ?? 0 { newest = found }
        }
        let manifest = Manifest(directory: directory, fileSystem: fileSystem, epoch: newest?.epoch ?? 0)
        manifest.owesDirectorySync = true
        if let newest {
            try LogError.converting(sticky: false) { () throws(StorageError) in
                unsafe try manifest.write(newest.content.span.bytes, epoch: newest.epoch)
            }
        }
        return (manifest, newest?.content)
    }

    /// Writes new content over the older of the two files and syncs it. After an error the older content still holds; after a
    /// failed sync every later write throws that error until the manifest is opened again.
    public func write(_ content: RawSpan) throws(StorageError) {
        // The last number is never written, so that there is always a next one to be read.
        guard epoch < .max - 1 else {
            throw StorageError(
                .inputOutput, operation: "write", path: "\(directory)/MANIFEST", detail: "the epoch is at its end")
        }
        try write(content, epoch: epoch + 1)
        epoch += 1
    }

    /// Makes sure that content of that length can be written on a full disk, to either file. After an error the content still holds.
    public func reserve(_ length: Int) throws(StorageError) {
        guard length > room else { return }
        try openFile(of: epoch + 1).allocate(Self.headerLength + length)
        try openFile(of: epoch + 2).allocate(Self.headerLength + length)
        room = length
    }

    private func write(_ content: RawSpan, epoch: UInt64) throws(StorageError) {
        if let failure { throw failure }
        let block = ByteBlock(capacity: Self.headerLength + content.byteCount)
        block.append(Self.magic)
        block.append(Self.majorVersion)
        block.append(UInt16(0))
        block.append(UInt32(content.byteCount))
        block.append(epoch)
        block.append(CRC32C.checksum(content))
        block.append(CRC32C.checksum(block.bytes))
        block.append(content)
        let file = try openFile(of: epoch)
        try file.write([block], at: 0)
        do throws(StorageError) {
            try file.synchronize()
            if owesDirectorySync { try fileSystem.syncDirectory(directory) }
        } catch {
            // Never `noSpace`, whatever the kernel says: that means that nothing has changed, and this may be anything.
            let failed = StorageError(
                .inputOutput, operation: error.operation, path: error.path, detail: error.detail)
            failure = failed
            throw failed
        }
        owesDirectorySync = false
    }

    /// The file that the content of an epoch belongs into.
    private func openFile(of epoch: UInt64) throws(StorageError) -> any StorageFile {
        let number = Int(epoch & 1)
        if let file = files[number] { return file }
        let name = Self.names[number]
        let path = "\(directory)/\(name)"
        let exists = try fileSystem.contains(name, in: directory)
        let file = try fileSystem.open(path, exists ? .readWrite : .createNew)
        if !exists { owesDirectorySync = true }
        files[number] = file
        return file
    }

    /// The epoch and content of one file; `nil` when it is torn or empty.
    static func read(
        _ path: String, _ fileSystem: any FileSystem
    ) throws(LogError) -> (epoch: UInt64, content: [UInt8])? {
        let region = try LogError.converting(sticky: false) { () throws(StorageError) -> MappedRegion? in
            let file = try fileSystem.open(path, .read)
            let size = try file.size()
            return size >= headerLength ? try file.map(size, .readOnly) : nil
        }
        guard let region else { return nil }
        let bytes = region.bytes
        guard bytes.load(0, as: UInt64.self) == magic,
            CRC32C.checksum(bytes.extracting(0..<28)) == bytes.load(28, as: UInt32.self)
        else { return nil }
        let major = bytes.load(8, as: UInt16.self)
        guard major == majorVersion else {
            throw LogError(
                .incompatible, "the manifest has format \(major), this version reads format \(majorVersion)", file: path
            )
        }
        let length = Int(bytes.load(12, as: UInt32.self))
        let epoch = bytes.load(16, as: UInt64.self)
        guard epoch < .max else { return nil }
        guard length <= contentBytesMax, headerLength + length <= region.length else { return nil }
        let content = bytes.extracting(headerLength..<headerLength + length)
        guard CRC32C.checksum(content) == bytes.load(24, as: UInt32.self) else { return nil }
        return (epoch, content.array())
    }
}
