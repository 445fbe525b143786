import CPlatform

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file descriptor, closed when the last reference goes.
final class PosixFile: StorageFile {
    let path: String
    let descriptor: Int32

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        SystemCalls.close(descriptor)
    }

    func size() throws(StorageError) -> Int {
        try SystemCalls.size(descriptor, path)
    }

    func write(_ blocks: ArraySlice<ByteBlock>, at offset: Int) throws(StorageError) {
        let vectors = UnsafeMutableBufferPointer<iovec>.allocate(capacity: blocks.count)
        defer { unsafe vectors.deallocate() }
        for (index, block) in blocks.enumerated() {
            unsafe vectors.initializeElement(at: index, to: block.vector)
        }
        try unsafe SystemCalls.writeAll(descriptor, vectors, at: offset, path)
    }

    func beginWriting(_ range: Range<Int>) {
        SystemCalls.beginWriting(descriptor, range)
    }

    func synchronize() throws(StorageError) {
        precondition(!FailedSyncs.contains(descriptor), "a file is never synced again after a failed sync")
        do {
            try SystemCalls.synchronizeData(descriptor, path)
        } catch {
            FailedSyncs.insert(descriptor)
            throw error
        }
    }

    func allocate(_ length: Int) throws(StorageError) {
        try SystemCalls.allocate(descriptor, length, path)
    }

    func truncate(_ length: Int) throws(StorageError) {
        try SystemCalls.truncate(descriptor, length, path)
    }

    func map(_ length: Int, _ access: MappedRegion.Access) throws(StorageError) -> MappedRegion {
        let protection = access == .readOnly ? PROT_READ : PROT_READ | PROT_WRITE
        let address = unsafe mmap(nil, length, protection, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemCalls.error(errno, "mmap", path)
        }
        // What is stored into a page that stood in for an unreadable one would be lost: only loads may go on (UnreadablePages).
        let place = unsafe access == .readOnly ? gridlog_guard_memory(address, length) : -1
        return unsafe MappedRegion(
            base: address, length: length, access: access, owner: nil,
            release: {
                gridlog_release_memory(place)
                unsafe munmap($0, $1)
            })
    }
}
