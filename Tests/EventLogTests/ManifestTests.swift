@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct ManifestTests {
    private static let names = ["MANIFEST-A", "MANIFEST-B"]

    /// Logs after a first start, a roll, a trim, a trim and a roll, and a clean end.
    private static func stages() throws -> [LogFixture] {
        let fresh = try LogFixture()
        let rolled = try LogFixture()
        rolled.append(0..<100, size: 300)
        let trimmed = try LogFixture()
        trimmed.append(0..<130, size: 300)
        trimmed.log.release(before: 70)
        trimmed.commit()
        let both = try LogFixture()
        both.append(0..<130, size: 300)
        both.log.release(before: 70)
        both.append(130..<200, size: 300)
        let closed = try LogFixture()
        closed.append(0..<130, size: 300)
        closed.log.release(before: 70)
        closed.log.close()
        return [fresh, rolled, trimmed, both, closed]
    }

    @Test func whenOneFileIsDamagedTheOtherHoldsWhateverHappenedBefore() throws {
        for stage in try Self.stages() {
            let expected = try stage.readAll()
            for name in Self.names {
                let size = try stage.disk.durableBytes(LogFixture.path(name)).count
                for offset in stride(from: 0, to: min(size, 240), by: 3) {
                    let disk = stage.disk.powerCut(.everything)
                    try disk.damage(LogFixture.path(name), offset..<offset + 1) { $0 ^ 0x40 }
                    let reader: LogFixture
                    do {
                        reader = try LogFixture(on: disk)
                    } catch let error as LogError {
                        Issue.record("\(name) damaged at \(offset): \(error)")
                        continue
                    }
                    #expect(try reader.readAll() == expected)
                    reader.append(0..<60, size: 300)
                    try reader.powerCut(.nothing)
                    #expect(try reader.readAll().count == expected.count + 60)
                }
            }
        }
    }

    @Test func whenOneFileIsMissingOrTornTheOtherHolds() throws {
        for stage in try Self.stages() {
            let expected = try stage.readAll()
            for name in Self.names {
                let missing = stage.disk.powerCut(.everything)
                try missing.remove(LogFixture.path(name))
                #expect(try LogFixture(on: missing).readAll() == expected)
                let bytes = try stage.disk.durableBytes(LogFixture.path(name))
                for kept in stride(from: 0, to: bytes.count, by: 13) {
                    let torn = stage.disk.powerCut(.everything)
                    try torn.replace(LogFixture.path(name), with: Array(bytes[..<kept]))
                    #expect(try LogFixture(on: torn).readAll() == expected)
                }
            }
        }
    }

    @Test(.tags(.r19)) func whenBothAreDamagedNothingIsChangedOnDisk() throws {
        for stage in try Self.stages().dropFirst() {
            let disk = stage.disk.powerCut(.everything)
            for name in Self.names { try disk.damage(LogFixture.path(name), 20..<21) { $0 ^ 1 } }
            let before = try LogFixture.files(on: disk)
            let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(error?.code == .damaged)
            #expect(try LogFixture.files(on: disk) == before)
        }
    }

    @Test func aNewerMajorVersionIsRefusedAndNotRewritten() throws {
        let fixture = try LogFixture()
        for name in Self.names {
            let bytes = try fixture.disk.durableBytes(LogFixture.path(name))
            let block = ByteBlock(copying: bytes.span.bytes)
            block.store(UInt16(2), at: 8)
            block.store(CRC32C.checksum(block.bytes.extracting(0..<28)), at: 28)
            try fixture.disk.replace(LogFixture.path(name), with: block.bytes.array())
        }
        let before = try LogFixture.files(on: fixture.disk)
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .incompatible)
        #expect(try LogFixture.files(on: fixture.disk) == before)
    }

    @Test func contentOfAnyLengthIsReadBackAndTheNewestHolds() throws {
        let disk = SimulatedDisk()
        let (manifest, content) = try Manifest.open(in: "/", disk)
        #expect(content == nil)
        var random = SeededRandom(seed: 3)
        for length in [0, 1, 5_000, 12, 100_000, 40] {
            let bytes = random.bytes(length)
            try manifest.put(bytes)
            #expect(try Manifest.open(in: "/", disk.powerCut(.nothing)).content == bytes)
        }
    }

    @Test(.tags(.r05)) func atAnyCrashInsideAWriteTheOldOrTheNewContentHolds() throws {
        for written in 0..<3 {
            for calls in 0..<8 {
                for seed in UInt64(0)..<30 {
                    let disk = SimulatedDisk()
                    let (manifest, _) = try Manifest.open(in: "/", disk)
                    let contents = (0...written).map { [UInt8](repeating: UInt8($0 + 1), count: 700 + $0) }
                    for content in contents.dropLast() { try manifest.put(content) }
                    disk.powerOff(afterCalls: calls)
                    let isAnswered = (try? manifest.put(contents[written])) != nil
                    let found = try Manifest.open(in: "/", disk.powerCut(.seeded(seed))).content
                    if isAnswered {
                        #expect(found == contents[written])
                    } else {
                        #expect(found == contents[written] || found == (written == 0 ? nil : contents[written - 1]))
                    }
                }
            }
        }
    }

    /// Found by a fuzzer: the content was written under an epoch that no reader takes.
    @Test(.tags(.r15)) func aManifestWhoseEpochIsAtItsEndRefusesToBeWrittenAndStillHolds() throws {
        let disk = SimulatedDisk()
        let (manifest, _) = try Manifest.open(in: "/", disk)
        let old: [UInt8] = [1]
        let new: [UInt8] = [2]
        try manifest.put(old)
        // Epochs alternate: the even ones lie in the first file.
        let bytes = try disk.durableBytes("/MANIFEST-B")
        let block = ByteBlock(copying: bytes.span.bytes)
        block.store(UInt64.max - 1, at: 16)
        block.store(CRC32C.checksum(block.bytes.extracting(0..<28)), at: 28)
        try disk.replace("/MANIFEST-A", with: block.bytes.array())
        let (opened, content) = try Manifest.open(in: "/", disk)
        #expect(content == old)
        #expect(throws: StorageError.self) { try opened.put(new) }
        #expect(try Manifest.open(in: "/", disk).content == old)
    }

    @Test(.tags(.r02, .r03)) func afterAFailedSyncItWritesNothingMore() throws {
        for call in [DiskCall.synchronize, .syncDirectory] {
            let disk = SimulatedDisk()
            let (manifest, _) = try Manifest.open(in: "/", disk)
            disk.fail(call, .error(.inputOutput))
            let first: [UInt8] = [1, 2, 3]
            #expect(throws: StorageError.self) { try manifest.put(first) }
            let writes = disk.count(of: .write)
            #expect(throws: StorageError.self) { try manifest.put(first) }
            #expect(disk.count(of: .write) == writes)
            #expect(disk.violations.isEmpty)
        }
    }

    /// After a failed sync the kernel may believe that what it holds is on the platter.
    @Test(.tags(.r02)) func contentWhoseSyncFailedIsDurableBeforeAnotherProcessReliesOnIt() throws {
        for seed in UInt64(0)..<40 {
            let disk = SimulatedDisk(seed: seed)
            let old: [UInt8] = [1]
            let new: [UInt8] = [2]
            let (manifest, _) = try Manifest.open(in: "/", disk)
            try manifest.put(old)
            disk.fail(.synchronize, .error(.inputOutput))
            try? manifest.put(new)
            disk.processDied()
            let relied = try Manifest.open(in: "/", disk).content
            #expect(try Manifest.open(in: "/", disk.powerCut(.nothing)).content == relied)
        }
    }
}

extension Manifest {
    fileprivate func put(_ content: [UInt8]) throws(StorageError) {
        try write(content.span.bytes)
    }
}
