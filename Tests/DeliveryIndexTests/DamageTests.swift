@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// Whatever is wrong with the files: all of them are discarded, and the log says what is settled (R17, R23).
@Suite struct DamageTests {
    static let chunk = "\(IndexHarness.directory)/00000001.slots"
    static let window = "\(IndexHarness.directory)/WINDOW"

    /// 9,000 of 10,000 events handed out in three chunks; every third is acknowledged. Checkpoint in the middle.
    private func makeHarness() throws -> IndexHarness {
        let harness = try IndexHarness(events: 10_000)
        let held = try harness.receive(9_000)
        harness.acknowledge(held.filter { $0.sequence % 6 == 0 })
        harness.takeCheckpoint()
        harness.acknowledge(held.filter { $0.sequence % 6 == 3 })
        return harness
    }

    private func expectRebuilt(_ harness: IndexHarness, _ comment: Comment) throws {
        try harness.kill()
        #expect(harness.origin == .rebuilt(.damaged), comment)
        #expect(harness.index.audit() == [], comment)
        #expect((1...9_000).allSatisfy { (harness.state($0) == .settled) == ($0 % 3 == 0) }, comment)
        #expect(harness.index.availableCount == 6_000, comment)
        #expect(try harness.receive(10_000).count == 7_000, comment)
        // What was rebuilt is reused the next time.
        try harness.kill()
        #expect(harness.origin == .reused, comment)
    }

    @Test(.tags(.r17, .r23)) func zeroedChunkIsRebuilt() throws {
        let harness = try makeHarness()
        try harness.disk.replace(Self.chunk, with: Array(repeating: 0, count: SlotChunk.size))
        try expectRebuilt(harness, "all zero")
    }

    @Test(.tags(.r17, .r23)) func zeroedSlotsUnderAGoodHeaderAreRebuilt() throws {
        let harness = try makeHarness()
        try harness.disk.damage(Self.chunk, 4_096..<8_192) { _ in 0 }
        try expectRebuilt(harness, "zero slots")
    }

    @Test(.tags(.r23)) func garbageChunkIsRebuilt() throws {
        let harness = try makeHarness()
        var random = SeededRandom(seed: 11)
        try harness.disk.replace(Self.chunk, with: random.bytes(SlotChunk.size))
        try expectRebuilt(harness, "garbage")
    }

    @Test(.tags(.r23)) func everyDamagedHeaderByteIsNoticed() throws {
        let harness = try IndexHarness(events: 10)
        _ = try harness.receive(5)
        for offset in 0..<PageHeader.size {
            try harness.disk.damage("\(IndexHarness.directory)/00000000.slots", offset..<offset + 1) { $0 ^ 0x10 }
            try harness.kill()
            #expect(harness.origin == .rebuilt(.damaged), "byte \(offset)")
        }
    }

    @Test(.tags(.r23)) func damagedOrMissingWindowIsRebuilt() throws {
        let harness = try IndexHarness(events: 10_000)
        harness.acknowledge(try harness.receive(4_200))
        for offset in [0, 8, 12, 16, 32, 40, 56, 60, 64, 80, 88, 96] {
            try harness.disk.damage(Self.window, offset + 2..<offset + 3) { $0 ^ 0x40 }
            try harness.kill()
            #expect(harness.origin != .reused, "byte \(offset + 2)")
            #expect(harness.index.floor == 4_201)
        }
        try harness.disk.remove(Self.window)
        try harness.kill()
        #expect(harness.origin == .rebuilt(.noFiles))
    }

    @Test(.tags(.r23), arguments: ["00000000.slots", "00000001.slots", "00000002.slots"])
    func missingChunkIsNoticed(name: String) throws {
        let harness = try makeHarness()
        try harness.disk.remove("\(IndexHarness.directory)/\(name)")
        try expectRebuilt(harness, "\(name)")
    }

    @Test(.tags(.r23), arguments: [0, 1, 4_095, SlotChunk.size - 1, SlotChunk.size + 1])
    func chunkOfAnotherLengthIsNoticed(length: Int) throws {
        let harness = try makeHarness()
        let bytes = try harness.disk.liveBytes(Self.chunk)
        try harness.disk.replace(Self.chunk, with: Array((bytes + [0]).prefix(length)))
        try expectRebuilt(harness, "\(length) bytes")
    }

    @Test(.tags(.r23)) func chunkOfAnotherEpochOrNumberIsNoticed() throws {
        let harness = try makeHarness()
        let other = try harness.disk.liveBytes("\(IndexHarness.directory)/00000000.slots")
        try harness.disk.replace(Self.chunk, with: other)
        try expectRebuilt(harness, "of another number")
        let older = try makeHarness()
        let stale = try older.disk.liveBytes(Self.chunk)
        try older.powerCut()
        try older.disk.replace(Self.chunk, with: stale)
        try older.kill()
        #expect(older.origin == .rebuilt(.damaged))
    }

    @Test(.tags(.r23)) func strayChunkIsNoticed() throws {
        let harness = try makeHarness()
        let other = try harness.disk.liveBytes(Self.chunk)
        try harness.disk.replace("\(IndexHarness.directory)/00000007.slots", with: other)
        try expectRebuilt(harness, "stray")
    }

    @Test func chunkThatWasBeingNamedOrTakenAwayIsNotPartOfTheIndex() throws {
        let harness = try makeHarness()
        let stray = try harness.disk.liveBytes(Self.chunk)
        try harness.disk.replace("\(IndexHarness.directory)/00000007.slots", with: stray)
        // WINDOW says that chunk 7 was on its way in or out.
        try harness.disk.damage(Self.window, 104..<105) { _ in 8 }
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(try !harness.disk.names(in: IndexHarness.directory).contains("00000007.slots"))
        #expect(harness.index.lockedCount == 6_000)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r39)) func chunkIsAllocatedBeforeItIsMappedAndBeforeItGetsItsName() throws {
        let harness = try IndexHarness(events: 1)
        let before = harness.disk.count()
        _ = try harness.receive()
        #expect(harness.disk.history.dropFirst(before).map(\.call) == [.create, .allocate, .map, .rename])
    }

    @Test(.tags(.r22)) func cursorAheadOfTheLogIsClampedAndTheNextEventDelivered() throws {
        let harness = try makeHarness()
        harness.tail = 5_000
        try harness.kill()
        #expect(harness.origin == .rebuilt(.damaged))
        #expect(harness.index.cursor == 5_000)
        #expect(harness.index.audit() == [])
        harness.index.retire(below: 5_000)
        harness.tail = 5_001
        #expect(try harness.receive(1).map(\.sequence) == [5_000])
    }

    @Test(.tags(.r22)) func slotsPastTheEndOfTheLogAreForgotten() throws {
        let harness = try IndexHarness(events: 10)
        let held = try harness.receive(10)
        harness.log = []
        harness.acknowledge(Array(held[4...]))
        try harness.powerCut()
        #expect(harness.index.cursor == 1 && harness.state(10) == .settled)
        harness.tail = 5
        try harness.kill()
        #expect(harness.origin == .reused)
        harness.tail = 11
        #expect(try harness.receive(10).map(\.sequence) == Array(1...10))
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r22)) func checkpointAheadOfTheLogIsClamped() throws {
        let harness = try IndexHarness(events: 10_000)
        harness.acknowledge(try harness.receive(8_000))
        harness.takeCheckpoint()
        harness.tail = 2_000
        try harness.powerCut()
        #expect(harness.index.floor == 2_000 && harness.index.cursor == 2_000)
        harness.tail = 2_001
        #expect(try harness.receive(5).map(\.sequence) == [2_000])
    }

    /// The process can make no more calls after each one, in turn, and then dies; what it leaves is reused or discarded, and right.
    @Test(.tags(.r17)) func killAfterAnyCallLosesNothing() throws {
        var calls = 0
        var wasReused = 0
        while true {
            let harness = try IndexHarness(events: 20_000)
            let held = try harness.receive(4_500)
            let before = harness.disk.count()
            harness.disk.powerOff(afterCalls: calls)
            for start in stride(from: 0, to: 4_500, by: 1_500) {
                harness.acknowledge(Array(held[start..<start + 1_500]))
                _ = try? harness.receive(2_000)
            }
            let isDone = harness.disk.count() - before <= calls
            harness.disk.repair()
            try harness.kill()
            if harness.origin == .reused { wasReused += 1 }
            #expect(harness.index.audit() == [], "after \(calls) calls")
            #expect(harness.index.floor == 4_501, "after \(calls) calls")
            if isDone { break }
            calls += 1
        }
        #expect(calls > 4 && wasReused > calls / 2)
    }

    /// The process dies right before or right after any file gets or loses its name: nothing is discarded.
    @Test(.tags(.r17)) func killBesideAnyRenameKeepsTheIndex() throws {
        let harness = try IndexHarness(events: 30_000)
        let process = WatchedRenames(harness.disk)
        func open(_ fileSystem: any FileSystem) throws -> SubscriptionIndex {
            var index = try SubscriptionIndex.open(
                IndexOptions(
                    fileSystem: fileSystem, directory: IndexHarness.directory, identity: harness.identity,
                    bootIdentity: harness.clock.bootIdentity, freshEpoch: 2, start: 1, tail: harness.tail,
                    bootTime: harness.clock.bootTime, wallTime: harness.clock.wallTime, settings: harness.settings))
            index.finishRecovery()
            return index
        }
        harness.index = try open(process)
        for _ in 0..<3 { harness.acknowledge(try harness.receive(9_000)) }
        let disks = process.disks
        #expect(disks.count > 12)
        for (number, disk) in disks.enumerated() {
            let index = try open(disk)
            #expect(index.origin == .reused, "rename \(number / 2), \(number % 2 == 0 ? "before" : "after")")
            #expect(index.audit() == [])
        }
    }

    /// A copy of the store may have left out blocks that hold only zeros.
    @Test(.tags(.r39)) func filesThatAreThereAreAllocatedBeforeTheyAreMapped() throws {
        let harness = try makeHarness()
        let before = harness.disk.count()
        try harness.kill()
        #expect(harness.origin == .reused)
        var allocated: Set<String> = []
        var mapped = 0
        for (call, path) in harness.disk.history.dropFirst(before) {
            if call == .allocate { allocated.insert(path) }
            guard call == .map else { continue }
            mapped += 1
            #expect(allocated.contains(path), "\(path)")
        }
        #expect(mapped == 4)
    }

    @Test(.tags(.r17)) func checkpointThatIsCutChangesNothing() throws {
        let harness = try IndexHarness(events: 300)
        let held = try harness.receive(200)
        harness.acknowledge(held.filter { $0.sequence < 50 || $0.sequence % 7 == 0 })
        harness.takeCheckpoint()
        harness.checkpoint[0].removeLast()
        #expect(throws: RecoveryFailure.self) { try harness.powerCut() }
        #expect(harness.index.floor == 1 && harness.index.cursor == 1)
        #expect((1...300).allSatisfy { harness.state($0) == .untouched })
    }
}
