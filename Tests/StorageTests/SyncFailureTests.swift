@testable import Storage
import TestSupport
import Testing

@Suite struct SyncFailureTests {
    /// `/dev/null` cannot be synced: the first call throws, and a second one must not reach the kernel.
    @Test(.tags(.r03)) func syncingAgainAfterAFailedSyncEndsTheProcess() async throws {
        await #expect(processExitsWith: .failure) {
            let file = try PosixFileSystem().open("/dev/null", .readWrite)
            do {
                try file.synchronize()
            } catch {
                try? file.synchronize()
            }
        }
    }

    @Test(.tags(.r03)) func syncingAFileThatWasOpenedTwiceAfterAFailedSyncEndsTheProcess() async throws {
        await #expect(processExitsWith: .failure) {
            let files = try (0..<2).map { _ in try PosixFileSystem().open("/dev/null", .readWrite) }
            try? files[0].synchronize()
            try? files[1].synchronize()
        }
    }

    @Test(.tags(.r03)) func aFileWhoseSyncFailedIsNotOpenedForWritingAgain() async throws {
        await #expect(processExitsWith: .success) {
            let disk = PosixFileSystem()
            let file = try disk.open("/dev/null", .readWrite)
            #expect(throws: StorageError.self) { try file.synchronize() }
            let error = #expect(throws: StorageError.self) { try disk.open("/dev/null", .readWrite) }
            #expect(error?.code == .inputOutput && error?.path == "/dev/null")
            // What can be read can still be read, and other files can be written.
            _ = try disk.open("/dev/null", .read)
            _ = try disk.open("/dev/zero", .readWrite)
        }
    }

    /// File systems give the number of a removed file to the next one.
    @Test(.tags(.r03)) func aNewFileWithTheNumberOfOneWhoseSyncFailedIsWritten() async throws {
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let path = scratch.file("a")
            for _ in 0..<20 {
                try scratch.makeFileWhoseSyncFailed(path)
                #expect(throws: StorageError.self) { try scratch.disk.open(path, .readWrite) }
                try scratch.disk.unlink(path)
                _ = try scratch.disk.open(path, .createNew)
                try scratch.disk.open(path, .readWrite).synchronize()
                try scratch.disk.unlink(path)
            }
        }
    }

    /// A file keeps its number when it gets another name.
    @Test(.tags(.r03)) func aFileWhoseSyncFailedIsRefusedUnderAnotherNameToo() async throws {
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            try scratch.makeFileWhoseSyncFailed(scratch.file("a"))
            try scratch.disk.rename(scratch.file("a"), to: scratch.file("b"))
            _ = try scratch.disk.open(scratch.file("a"), .createNew)
            try scratch.disk.open(scratch.file("a"), .readWrite).synchronize()
            #expect(throws: StorageError.self) { try scratch.disk.open(scratch.file("b"), .readWrite) }
            #expect(try scratch.bytes("b").isEmpty)
        }
    }

    @Test(.tags(.r03)) func aFailedSyncIsReported() throws {
        let file = try PosixFileSystem().open("/dev/null", .readWrite)
        let error = #expect(throws: StorageError.self) { try file.synchronize() }
        #expect(error?.code == .inputOutput)
        #expect(error?.path == "/dev/null")
    }

    #if os(Linux)
    /// The directories of the kernel's own can be opened and listed, but not synced.
    @Test(.tags(.r05)) func aDirectoryThatCannotBeSyncedIsReported() throws {
        let error = #expect(throws: StorageError.self) { try PosixFileSystem().syncDirectory("/proc/self") }
        #expect(error?.path == "/proc/self")
    }

    @Test(.tags(.r03)) func aDirectoryWhoseSyncFailedIsNotSyncedAgain() async throws {
        await #expect(processExitsWith: .success) {
            let disk = PosixFileSystem()
            let first = #expect(throws: StorageError.self) { try disk.syncDirectory("/proc") }
            let second = #expect(throws: StorageError.self) { try disk.syncDirectory("/proc/../proc") }
            #expect(first?.detail.contains("start the process again") == false)
            #expect(second?.detail.contains("start the process again") == true)
        }
    }
    #endif
}

extension ScratchDirectory {
    /// Closed when it returns. A real disk does not fail when it is asked to.
    fileprivate func makeFileWhoseSyncFailed(_ path: String) throws {
        let file = try #require(try disk.open(path, .createNew) as? PosixFile)
        withExtendedLifetime(file) { FailedSyncs.insert(file.descriptor) }
    }
}
