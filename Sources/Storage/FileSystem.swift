/// The seam between the engine and the disk.
///
/// Production has one thin implementation over system calls, ``PosixFileSystem``; tests have a simulated disk that keeps,
/// drops or tears what was not synced. Nothing above this protocol makes a system call on a file.
///
/// A name that was created, renamed or unlinked is durable only after ``syncDirectory(_:)`` of its directory.
public protocol FileSystem: Sendable {
    /// Opens an existing file, or makes a new one. For writing, one whose sync failed in this process may be refused (R3).
    func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile

    /// Makes a directory; its parent must exist. Does nothing if it is already there.
    func createDirectory(_ path: String) throws(StorageError)

    /// The names in a directory, sorted, without `.` and `..`.
    func list(_ path: String) throws(StorageError) -> [String]

    /// Gives a file a new name in the same file system, replacing what bears that name.
    func rename(_ path: String, to newPath: String) throws(StorageError)

    /// Removes a file's name. Mappings and open files stay usable.
    func unlink(_ path: String) throws(StorageError)

    /// Removes an empty directory.
    func removeDirectory(_ path: String) throws(StorageError)

    /// Makes the names in a directory durable. After it has thrown once it may throw for ever in this process (R3).
    func syncDirectory(_ path: String) throws(StorageError)

    /// Takes a lock that only one process can hold, for as long as the returned value lives.
    ///
    /// - Throws: ``StorageError`` with code ``StorageError/Code/locked`` and what the holder wrote into the file.
    func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock
}

/// How a file is opened.
public enum OpenMode: Sendable {
    /// An existing file, to be read only.
    case read
    /// An existing file, to be read and written.
    case readWrite
    /// A file that must not exist yet.
    case createNew
}

/// A lock on a file, released when the value is destroyed or the process ends.
public protocol FileLock: AnyObject, Sendable {}

/// An open file. Its methods may be called from any thread; the engine has one writer a file.
public protocol StorageFile: AnyObject, Sendable {
    /// Where the file was opened.
    var path: String { get }

    /// The length in bytes.
    func size() throws(StorageError) -> Int

    /// Writes the blocks one after the other from `offset` on: all of them, or throws.
    ///
    /// Durable only after ``synchronize()``.
    func write(_ blocks: ArraySlice<ByteBlock>, at offset: Int) throws(StorageError)

    /// Has the disk begin with what was written to a range, so that several files are written at the same time and then synced one
    /// after the other. Nothing is durable by it, and an error shows in ``synchronize()``.
    func beginWriting(_ range: Range<Int>)

    /// Makes all that was written to this file durable (`fdatasync`).
    ///
    /// After it has thrown once it must not be called again on this file: the kernel may have dropped the pages
    /// (requirements R2 and R3). Implementations trap if it is.
    func synchronize() throws(StorageError)

    /// Makes sure that blocks exist up to `length`, so that writing them later cannot run out of space.
    func allocate(_ length: Int) throws(StorageError)

    /// Sets the length; what lies beyond is gone.
    func truncate(_ length: Int) throws(StorageError)

    /// Maps the first `length` bytes. Writes through ``write(_:at:)`` are visible in the mapping at once.
    ///
    /// The blocks must have been allocated, else touching the mapping can end the process (requirement R39).
    func map(_ length: Int, _ access: MappedRegion.Access) throws(StorageError) -> MappedRegion
}

extension StorageFile {
    /// What is no disk has nothing to begin with.
    public func beginWriting(_ range: Range<Int>) {}
}

extension FileSystem {
    /// Whether a directory holds a file of that name. O(names in the directory).
    public func contains(_ name: String, in directory: String) throws(StorageError) -> Bool {
        try list(directory).contains(name)
    }
}
