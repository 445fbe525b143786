import Storage
import TestSupport
import Testing

@Suite struct PosixFileSystemTests {
    @Test func filesAreMadeRenamedListedAndUnlinked() throws {
        let scratch = try ScratchDirectory()
        let disk = scratch.disk
        _ = try disk.open(scratch.file("b"), .createNew)
        _ = try disk.open(scratch.file("a"), .createNew)
        try disk.createDirectory(scratch.file("c"))
        try disk.createDirectory(scratch.file("c"))
        #expect(try disk.list(scratch.path) == ["a", "b", "c"])
        try disk.rename(scratch.file("a"), to: scratch.file("z"))
        try disk.syncDirectory(scratch.path)
        #expect(try disk.list(scratch.path) == ["b", "c", "z"])
        #expect(try disk.contains("z", in: scratch.path))
        try disk.unlink(scratch.file("b"))
        try disk.removeDirectory(scratch.file("c"))
        #expect(try disk.list(scratch.path) == ["z"])
    }

    @Test func errorsSayWhatKindWhereAndWhat() throws {
        let scratch = try ScratchDirectory()
        let disk = scratch.disk
        let missing = scratch.file("missing")
        let notFound = #expect(throws: StorageError.self) { try disk.open(missing, .readWrite) }
        #expect(notFound?.code == .notFound)
        #expect(notFound?.path == missing)
        #expect(notFound?.operation == "open")
        #expect(notFound?.detail.isEmpty == false)
        _ = try disk.open(scratch.file("there"), .createNew)
        let exists = #expect(throws: StorageError.self) { try disk.open(scratch.file("there"), .createNew) }
        #expect(exists?.code == .alreadyExists)
        #expect(#expect(throws: StorageError.self) { try disk.unlink(missing) }?.code == .notFound)
        #expect(#expect(throws: StorageError.self) { try disk.list(missing) }?.code == .notFound)
        #expect(#expect(throws: StorageError.self) { try disk.syncDirectory(missing) }?.code == .notFound)
        #expect(#expect(throws: StorageError.self) { try disk.rename(missing, to: missing + "2") }?.code == .notFound)
        #expect(#expect(throws: StorageError.self) { try disk.createDirectory(missing + "/deeper") }?.code == .notFound)
    }

    @Test(.tags(.r37)) func aFullDeviceIsReportedAsSuch() throws {
        guard let file = try? PosixFileSystem().open("/dev/full", .readWrite) else { return }
        let error = #expect(throws: StorageError.self) { try file.write([ByteBlock([1, 2, 3])], at: 0) }
        #expect(error?.code == .noSpace)
    }

    @Test(.tags(.r43)) func aSecondLockIsRefusedAndNamesTheHolder() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.file("LOCK")
        var lock: (any FileLock)? = try scratch.disk.lock(path, holder: "process 4711, a rather long name")
        let error = #expect(throws: StorageError.self) { try scratch.disk.lock(path, holder: "second") }
        #expect(error?.code == .locked)
        #expect(error?.detail == "process 4711, a rather long name")
        #expect(error?.description.contains("process 4711") == true)
        #expect(lock != nil)
        lock = nil
        let third = try scratch.disk.lock(path, holder: "third")
        #expect(try scratch.bytes("LOCK") == Array("third".utf8))
        _ = third
    }

    @Test func aWriteOfMoreBlocksThanOneCallTakesIsWhole() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.disk.open(scratch.file("many"), .createNew)
        var random = SeededRandom(seed: 1)
        let pieces = (0..<2_500).map { _ in random.bytes(Int.random(in: 0...40, using: &random)) }
        try file.write(pieces.map { ByteBlock($0) }[...], at: 13)
        #expect(try scratch.bytes("many") == [UInt8](repeating: 0, count: 13) + pieces.flatMap { $0 })
    }

    @Test func blocksOfASliceAreWrittenFromItsStart() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.disk.open(scratch.file("slice"), .createNew)
        let blocks = [[1], [2], [3], [4]].map { ByteBlock($0) }
        try file.write(blocks[1..<3], at: 0)
        try file.write([], at: 9)
        #expect(try scratch.bytes("slice") == [2, 3])
    }

    @Test func aMappingShowsWhatIsWrittenLater() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.disk.open(scratch.file("mapped"), .createNew)
        try file.allocate(8_192)
        #expect(try file.size() == 8_192)
        let region = try file.map(8_192, .readOnly)
        #expect(region.loadUInt64(at: 0) == 0)
        try file.write([ByteBlock([1, 2, 3, 4, 5, 6, 7, 8])], at: 4_096)
        #expect(region.loadUInt64(at: 4_096) == 0x0807_0605_0403_0201)
        let writable = try file.map(8_192, .readWrite)
        writable.storeUInt64(0xAABB, at: 8)
        #expect(region.loadUInt64(at: 8) == 0xAABB)
        try file.synchronize()
        try scratch.disk.unlink(scratch.file("mapped"))
        #expect(region.loadUInt64(at: 8) == 0xAABB)
    }

    @Test func allocatingLessThanThereIsShortensNothing() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.disk.open(scratch.file("long"), .createNew)
        let bytes = [UInt8](repeating: 7, count: 9_000)
        try file.write([ByteBlock(bytes)], at: 0)
        try file.allocate(100)
        #expect(try scratch.bytes("long") == bytes)
    }

    @Test func truncatingForgetsAndReallocatingGivesZeros() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.disk.open(scratch.file("short"), .createNew)
        try file.write([ByteBlock([UInt8](repeating: 7, count: 100))], at: 0)
        try file.truncate(10)
        try file.allocate(20)
        #expect(try scratch.bytes("short") == [UInt8](repeating: 7, count: 10) + [UInt8](repeating: 0, count: 10))
    }
}
