import Storage
import TestSupport
import Testing

/// What other tests rely on.
@Suite struct SimulatedDiskTests {
    private func file(_ disk: SimulatedDisk, _ name: String = "/a") throws -> any StorageFile {
        let file = try disk.open(name, .createNew)
        try disk.syncDirectory("/")
        return file
    }

    private func block(_ byte: UInt8, _ count: Int) -> ArraySlice<ByteBlock> {
        [ByteBlock([UInt8](repeating: byte, count: count))]
    }

    @Test func whatWasSyncedSurvivesAndWhatWasNotMayNot() throws {
        let disk = SimulatedDisk()
        let file = try file(disk)
        try file.write(block(1, 2_000), at: 0)
        try file.synchronize()
        try file.write(block(2, 600), at: 700)
        #expect(try disk.powerCut(.nothing).liveBytes("/a") == [UInt8](repeating: 1, count: 2_000))
        #expect(try disk.powerCut(.everything).liveBytes("/a")[700..<1_300].allSatisfy { $0 == 2 })
        var seen: Set<[UInt8]> = []
        for seed in UInt64(0)..<200 {
            let bytes = try disk.powerCut(.seeded(seed)).liveBytes("/a")
            #expect(bytes[..<512].allSatisfy { $0 == 1 } && bytes[1_300...].allSatisfy { $0 == 1 })
            seen.insert(bytes)
        }
        // Each of the two sectors kept or dropped, and torn ones.
        #expect(seen.count > 4)
    }

    @Test func theLengthIsDurableOnlyAfterASync() throws {
        let disk = SimulatedDisk()
        let file = try file(disk)
        try file.allocate(8_192)
        #expect(try disk.powerCut(.nothing).liveBytes("/a").isEmpty)
        try file.synchronize()
        #expect(try disk.powerCut(.nothing).liveBytes("/a").count == 8_192)
        try file.truncate(100)
        #expect(try disk.powerCut(.nothing).liveBytes("/a").count == 8_192)
        try file.synchronize()
        #expect(try disk.powerCut(.nothing).liveBytes("/a").count == 100)
    }

    @Test func storesIntoAMappingAreUnsyncedWritesAndTheMappingOutlivesGrowth() throws {
        let disk = SimulatedDisk()
        let file = try file(disk)
        try file.allocate(4_096)
        let region = try file.map(4_096, .readWrite)
        try file.synchronize()
        region.storeUInt64(77, at: 1_024)
        try file.allocate(1 << 20)
        #expect(region.loadUInt64(at: 1_024) == 77)
        #expect(try disk.powerCut(.nothing).liveBytes("/a")[1_024] == 0)
        #expect(try disk.powerCut(.everything).liveBytes("/a")[1_024] == 77)
        try file.synchronize()
        #expect(try disk.powerCut(.nothing).liveBytes("/a")[1_024] == 77)
        try disk.unlink("/a")
        #expect(region.loadUInt64(at: 1_024) == 77)
    }

    @Test func namesAreDurableOnlyAfterASyncOfTheDirectory() throws {
        let disk = SimulatedDisk()
        let file = try disk.open("/new", .createNew)
        try file.write(block(1, 10), at: 0)
        try file.synchronize()
        #expect(try disk.powerCut(.nothing).names(in: "/").isEmpty)
        try disk.syncDirectory("/")
        try disk.rename("/new", to: "/newer")
        try disk.createDirectory("/directory")
        #expect(try disk.powerCut(.nothing).names(in: "/") == ["new"])
        #expect(try disk.powerCut(.everything).names(in: "/") == ["directory", "newer"])
        try disk.syncDirectory("/")
        try disk.unlink("/newer")
        #expect(try disk.powerCut(.nothing).names(in: "/") == ["directory", "newer"])
    }

    @Test func aChangeNeverSurvivesAnEarlierOneOfTheSameName() throws {
        let disk = SimulatedDisk()
        for name in ["/a", "/b"] {
            let made = try file(disk, name)
            try made.write(block(name == "/a" ? 1 : 2, 4), at: 0)
            try made.synchronize()
        }
        try disk.rename("/a", to: "/spare")
        try disk.rename("/spare", to: "/c")
        try disk.unlink("/b")
        var seen: Set<[String]> = []
        for seed in UInt64(0)..<300 {
            let after = disk.powerCut(.seeded(seed))
            let names = try after.names(in: "/")
            #expect(names.filter { $0 != "b" }.count == 1, "the renamed file is there once, under one of its names")
            for name in names { #expect(try after.liveBytes("/" + name)[0] == (name == "b" ? 2 : 1)) }
            seen.insert(names)
        }
        #expect(seen.count == 6, "each of its three names, with and without the other file")
    }

    /// As Linux does: the error is reported once, and what was not written is never written again.
    @Test(.tags(.r02, .r03)) func aFailedSyncLosesSomeOfTheBytesThoughALaterOneSucceeds() throws {
        var lost = 0
        for seed in UInt64(0)..<50 {
            let disk = SimulatedDisk(seed: seed)
            let file = try file(disk)
            try file.allocate(4_096)
            try file.synchronize()
            try file.write(block(9, 4_096), at: 0)
            disk.fail(.synchronize, .error(.inputOutput))
            #expect(throws: StorageError.self) { try file.synchronize() }
            #expect(try disk.liveBytes("/a").allSatisfy { $0 == 9 })
            #expect(disk.violations.isEmpty)
            try file.synchronize()
            #expect(disk.violations.count == 1)
            let left = try disk.powerCut(.everything).liveBytes("/a")
            if left.contains(0) { lost += 1 }
            try file.write(block(9, 4_096), at: 0)
            try file.synchronize()
            #expect(try disk.powerCut(.nothing).liveBytes("/a").allSatisfy { $0 == 9 })
        }
        #expect(lost > 40)
    }

    @Test func theNthCallFailsAsTold() throws {
        let disk = SimulatedDisk()
        let file = try file(disk)
        disk.fail(.write, on: "/a", after: 1, .short(.noSpace))
        try file.write(block(1, 10), at: 0)
        let error = #expect(throws: StorageError.self) { try file.write(block(2, 10), at: 10) }
        #expect(error?.code == .noSpace)
        #expect(try disk.liveBytes("/a") == [UInt8](repeating: 1, count: 10) + [UInt8](repeating: 2, count: 5))
        try file.write(block(3, 1), at: 0)
        disk.powerOff(afterCalls: 1)
        _ = try file.size()
        for _ in 0..<3 { #expect(throws: StorageError.self) { _ = try file.size() } }
        disk.repair()
        #expect(try file.size() == 15)
        #expect(disk.count(of: .write) == 3)
    }

    @Test(.tags(.r37)) func spaceRunsOutAndComesBackWhenAFileIsReallyGone() throws {
        let disk = SimulatedDisk()
        disk.spaceLimit = 16_384
        var first: (any StorageFile)? = try file(disk)
        try first?.allocate(12_288)
        try first?.write(block(1, 12_288), at: 0)
        #expect(disk.usedBytes == 12_288)
        let other = try file(disk, "/b")
        #expect(#expect(throws: StorageError.self) { try other.allocate(8_192) }?.code == .noSpace)
        try other.write(block(1, 4_096), at: 0)
        #expect(#expect(throws: StorageError.self) { try other.write(block(1, 1), at: 4_096) }?.code == .noSpace)
        try disk.unlink("/a")
        #expect(disk.usedBytes == 16_384, "the name is still on the platter, and the file is open")
        try disk.syncDirectory("/")
        first = nil
        #expect(disk.usedBytes == 4_096)
        try other.allocate(16_384)
    }

    @Test(.tags(.r43)) func aLockIsHeldOnceAndFallsWhenItsProcessDies() throws {
        let disk = SimulatedDisk()
        let lock = try disk.lock("/LOCK", holder: "first")
        #expect(#expect(throws: StorageError.self) { try disk.lock("/LOCK", holder: "second") }?.detail == "first")
        disk.processDied()
        var next: (any FileLock)? = try disk.lock("/LOCK", holder: "second")
        // The end of the dead process's value does not free the lock of the living one.
        _ = consume lock
        #expect(#expect(throws: StorageError.self) { try disk.lock("/LOCK", holder: "third") }?.detail == "second")
        #expect(next != nil)
        next = nil
        _ = try disk.lock("/LOCK", holder: "third")
    }

    @Test func theSameSeedGivesTheSameDisk() throws {
        let disk = SimulatedDisk()
        let file = try file(disk)
        var random = SeededRandom(seed: 1)
        try file.write([ByteBlock(random.bytes(20_000))], at: 0)
        for seed in UInt64(0)..<20 {
            let first = try? disk.powerCut(.seeded(seed)).liveBytes("/a")
            let second = try? disk.powerCut(.seeded(seed)).liveBytes("/a")
            #expect(first != nil && first == second)
        }
    }

    @Test func theKernelMayWriteBackAtAnyTime() throws {
        let disk = SimulatedDisk(seed: 4)
        let file = try file(disk)
        try file.allocate(1 << 16)
        try file.synchronize()
        try file.write(block(5, 1 << 16), at: 0)
        disk.writeBackSome()
        let written = try disk.powerCut(.nothing).liveBytes("/a").count { $0 == 5 }
        #expect(written > 0 && written < 1 << 16)
    }
}
