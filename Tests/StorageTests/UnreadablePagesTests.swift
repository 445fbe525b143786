import Storage
import TestSupport
import Testing

@Suite struct UnreadablePagesTests {
    /// A mapping of three pages of which two are gone.
    private static func shortenedFile(_ access: MappedRegion.Access) throws -> MappedRegion {
        let directory = try ScratchDirectory()
        let file = try PosixFileSystem().open(directory.file("file"), .createNew)
        let block = ByteBlock(capacity: 3 * 16_384)
        while block.count < 3 * 16_384 { block.append(UInt64.max) }
        try file.write([block], at: 0)
        let region = try file.map(block.count, access)
        try file.truncate(16_384)
        return region
    }

    @Test(.tags(.r20, .r39)) func pagesThatCannotBeReadShowZerosAndTheOthersWhatTheyHold() async throws {
        await #expect(processExitsWith: .success) {
            try UnreadablePages.showZeros()
            try UnreadablePages.showZeros()
            let region = try Self.shortenedFile(.readOnly)
            precondition(region.loadUInt64(at: 16_376) == .max)
            precondition(region.loadUInt64(at: 16_384) == 0)
            precondition(region.loadUInt64(at: 3 * 16_384 - 8) == 0)
            precondition(region.loadUInt64(at: 16_376) == .max)
        }
    }

    @Test func withoutBeingAskedTheSignalEndsTheProcess() async throws {
        await #expect(processExitsWith: .failure) {
            _ = try Self.shortenedFile(.readOnly).loadUInt64(at: 16_384)
        }
    }

    /// What is stored there would be lost.
    @Test func pagesThatAreWrittenThroughAMappingEndTheProcess() async throws {
        await #expect(processExitsWith: .failure) {
            try UnreadablePages.showZeros()
            try Self.shortenedFile(.readWrite).storeUInt64(1, at: 16_384)
        }
    }
}
