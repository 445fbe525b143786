@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct ReceiveTests {
    @Test func newEventsAreHandedOutInOrderAndOnce() throws {
        let harness = try IndexHarness(events: 10_000)
        var sequences: [UInt64] = []
        while case let held = try harness.receive(100), !held.isEmpty { sequences += held.map(\.sequence) }
        #expect(sequences == Array(1...10_000))
        #expect(harness.index.lockedCount == 10_000)
        #expect(harness.index.audit() == [])
    }

    @Test func releasedEventsComeFirstButEveryFifthRequestTakesNewOnes() throws {
        let harness = try IndexHarness(events: 100)
        harness.release(try harness.receive(50))
        var firsts: [UInt64] = []
        for _ in 0..<10 { firsts += try harness.receive(1).map(\.sequence) }
        // The releasing receive was the first request, so requests 5 and 10 are these.
        #expect(firsts == [1, 2, 3, 51, 4, 5, 6, 7, 52, 8])
    }

    @Test func requestIsFilledFromBothSides() throws {
        let harness = try IndexHarness(events: 20)
        harness.release(try harness.receive(5))
        #expect(Set(try harness.receive(20).map(\.sequence)) == Set(1...20))
    }

    @Test(.tags(.r32)) func filteredEventsAdvanceTheFloorWithoutAChunk() throws {
        let harness = try IndexHarness(events: 100_000)
        var asked = 0
        var held: [IndexHarness.Held] = []
        for _ in 0..<10 where held.isEmpty {
            held = try harness.receive(1) { sequence in
                asked += 1
                return sequence == 70_000 ? .deliver : .filtered
            }
        }
        #expect(held.map(\.sequence) == [70_000])
        #expect(asked < 100_000)
        #expect(harness.index.floor == 70_000)
        #expect(try harness.disk.names(in: IndexHarness.directory) == ["00000011.slots", "WINDOW"])
        while harness.index.cursor < harness.tail { _ = try harness.receive(10) { _ in .expired } }
        #expect(harness.acknowledge(held) == [.genuine])
        #expect(harness.index.floor == harness.tail)
        #expect(harness.index.audit() == [])
    }

    @Test func oneCallExaminesABoundedNumberAndSaysSo() throws {
        let harness = try IndexHarness(events: 100_000)
        var deliveries: [Delivery] = []
        let result = try harness.index.receive(limit: 1, now: harness.now, tail: harness.tail, into: &deliveries) { _ in
            .filtered
        }
        #expect(result.moreToExamine)
        #expect(harness.index.cursor == 1 + UInt64(SubscriptionIndex.examinedMax))
    }

    @Test func eventThatCannotBeReadStopsTheWalkAndIsAskedForAgain() throws {
        let harness = try IndexHarness(events: 10)
        #expect(try harness.receive(10) { $0 == 4 ? .stop : .deliver }.map(\.sequence) == [1, 2, 3])
        #expect(try harness.receive(10) { $0 == 4 ? .stop : .deliver }.isEmpty)
        #expect(try harness.receive(10).map(\.sequence) == Array(4...10))
    }

    @Test func diskThatRefusesAChunkHandsOutWhatThereIsAndThenSaysSo() throws {
        let disk = SimulatedDisk()
        let harness = try IndexHarness(events: 10_000, disk: disk)
        let first = try harness.receive(4_000)
        disk.fail(.create, lasting: true, .error(.inputOutput))
        #expect(try harness.receive(200).map(\.sequence) == Array(4_001...4_095))
        #expect(throws: StorageError.self) { try harness.receive(10) }
        // What is there can still be settled and received.
        #expect(harness.release([first[0]]) == [.genuine])
        #expect(try harness.receive(10).map(\.sequence) == [1])
        disk.repair()
        #expect(try harness.receive(3).map(\.sequence) == [4_096, 4_097, 4_098])
        #expect(harness.index.audit() == [])
    }

    @Test func steadyTrafficMakesNoFiles() throws {
        let harness = try IndexHarness(events: 200_000)
        harness.acknowledge(try harness.receive(10_000))
        let made = harness.disk.count(of: .create)
        while case let held = try harness.receive(500), !held.isEmpty { harness.acknowledge(held) }
        #expect(harness.disk.count(of: .create) == made)
        #expect(harness.index.floor == harness.tail)
    }

    @Test(.tags(.r32)) func chunkIsFreedEvenInTheMiddleOfTheWindow() throws {
        let harness = try IndexHarness(events: 20_000)
        let held = try harness.receive(20_000)
        harness.acknowledge(Array(held[4_095..<12_287]))
        #expect(harness.index.floor == 1)
        let names = try harness.disk.names(in: IndexHarness.directory)
        #expect(!names.contains("00000001.slots") && !names.contains("00000002.slots"))
        #expect(names.contains("00000000.slots") && names.contains("00000003.slots"))
        #expect(harness.state(5_000) == .settled)
        #expect(harness.index.audit() == [])
        harness.acknowledge(Array(held[0..<4_095]))
        #expect(harness.index.floor == 12_288)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r33)) func retentionSettlesEverythingBelow() throws {
        let harness = try IndexHarness(events: 20_000)
        let held = try harness.receive(6_000)
        harness.release(Array(held[0..<10]))
        harness.release(Array(held[10..<20]), seconds: 10)
        let (settlement, _) = harness.begin(.acknowledge, held[20..<30].map(\.token))
        harness.index.retire(below: 10_000)
        #expect(harness.index.floor == 10_000 && harness.index.cursor == 10_000)
        #expect(harness.index.audit() == [])
        harness.index.finish(settlement, now: harness.now)
        #expect(harness.check(held[100]) == .lost)
        #expect(try harness.receive(2).map(\.sequence) == [10_000, 10_001])
        harness.clock.advance(by: .seconds(120))
        #expect(harness.expire() == 2)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r33)) func retentionInsideAChunkLeavesTheRest() throws {
        let harness = try IndexHarness(events: 100)
        let held = try harness.receive(50)
        harness.index.retire(below: 20)
        #expect(harness.index.floor == 20 && harness.index.cursor == 51)
        #expect(harness.acknowledge(held).filter { $0 == .genuine }.count == 31)
        harness.index.retire(below: 80)
        #expect(try harness.receive(1).map(\.sequence) == [80])
        #expect(harness.index.audit() == [])
    }
}
