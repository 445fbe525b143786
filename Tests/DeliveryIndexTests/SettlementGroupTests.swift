@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct SettlementGroupTests {
    private func payload() throws -> [UInt8] {
        let harness = try IndexHarness(events: 30)
        let held = try harness.receive(30)
        let block = ByteBlock(capacity: 64)
        for (answer, part) in [
            (SettleOperation.acknowledge, held[0..<10]), (.reject, held[10..<15]),
            (.release(delayMilliseconds: 10_000, wallTime: harness.clock.wallTime), held[20..<30]),
        ] {
            harness.begin(answer, part.map(\.token)).settlement.append(to: block)
        }
        return block.bytes.array()
    }

    private static func groups(_ payload: [UInt8]) throws -> [SettlementGroup] {
        try SettlementGroup.groups(in: payload.span.bytes)
    }

    @Test func groupsAreReadBackAsTheyWereWritten() throws {
        let payload = try payload()
        let groups = try SettlementGroup.groups(in: payload.span.bytes)
        #expect(groups.map(\.subscription) == [4, 4, 4] && groups.map(\.count) == [1, 1, 1])
        let runs = try groups.map { try $0.run(0, in: payload.span.bytes) }
        #expect(runs.map(\.first) == [1, 11, 21] && runs.map(\.count) == [10, 5, 10])
        #expect(runs.map(\.operation) == [.acknowledged, .rejected, .released])
        #expect(runs.map(\.deliveryCount) == [1, 1, 1])
        #expect(runs[2].until == ManualClock().wallTime / 1_000_000 + 10_000)
        #expect(try Self.groups([]).isEmpty)
    }

    @Test(.tags(.r15)) func everyCutIsRefused() throws {
        let payload = try payload()
        for length in 1..<payload.count where length % 32 != 0 {
            #expect(throws: RecordFault.self) { try Self.groups(Array(payload.prefix(length))) }
        }
    }

    @Test(.tags(.r15)) func anyFlippedBitOrRandomBytesAreRefusedOrReadWithoutATrap() throws {
        let payload = try payload()
        let harness = try IndexHarness(events: 30)
        var random = SeededRandom(seed: 2)
        var inputs = (0..<payload.count * 8).map { bit in
            var bytes = payload
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
        for _ in 0..<2_000 { inputs.append(random.bytes(Int.random(in: 0..<120, using: &random))) }
        for bytes in inputs {
            harness.log = [bytes]
            if (try? harness.powerCut()) != nil { #expect(harness.index.audit() == []) }
        }
    }

    @Test func runsBelowTheFloorOrPastTheLogAreIgnored() throws {
        let harness = try IndexHarness(events: 10)
        harness.acknowledge(try harness.receive(5))
        harness.takeCheckpoint()
        let block = ByteBlock(capacity: 64)
        var settlement = Settlement(.acknowledged, subscription: 4)
        for sequence in [1, 2, 8, 11, 5_000_000_000, UInt64.max - 1] { settlement.append(sequence, deliveryCount: 1) }
        settlement.append(to: block)
        harness.log = [block.bytes.array()]
        try harness.powerCut()
        #expect(try harness.receive(10).map(\.sequence) == [6, 7, 9, 10])
        harness.tail = 12
        #expect(try harness.receive(10).map(\.sequence) == [11])
    }
}
