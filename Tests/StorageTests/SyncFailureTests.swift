import Storage
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
    #endif
}
