@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// Events that the log gave up while the cursor had not reached them.
@Suite struct GapTests {
    @Test(.tags(.r33)) func cursorPassesAGapWithoutHandingAnythingOut() throws {
        let harness = try IndexHarness(events: 20_000)
        let held = try harness.receive(10)
        try harness.index.passGap(to: 15_000)
        #expect(harness.index.cursor == 15_000)
        #expect(harness.state(11) == .settled && harness.state(14_999) == .settled && harness.state(10) == .locked)
        #expect(harness.index.audit() == [])
        #expect(try harness.receive(2).map(\.sequence) == [15_000, 15_001])
        harness.acknowledge(held)
        #expect(harness.index.floor == 15_000)
        #expect(harness.index.audit() == [])
    }

    @Test func gapBeforeWhichNothingIsOpenNeedsNoSlots() throws {
        let harness = try IndexHarness(events: 1_000_000)
        try harness.index.passGap(to: 999_999)
        #expect(harness.index.floor == 999_999)
        #expect(try harness.disk.names(in: IndexHarness.directory).filter { !$0.hasPrefix("spare") } == ["WINDOW"])
        #expect(try harness.receive(10).map(\.sequence) == [999_999, 1_000_000])
    }

    @Test(.tags(.r21)) func gapIsPassedAgainAfterAPowerCut() throws {
        let harness = try IndexHarness(events: 20_000)
        let held = try harness.receive(10)
        try harness.index.passGap(to: 15_000)
        harness.takeCheckpoint()
        try harness.powerCut()
        #expect(harness.index.audit() == [])
        #expect((11..<15_000).allSatisfy { harness.state($0) == .settled })
        #expect(try harness.receive(100).map(\.sequence).filter { $0 > 10 }.first == 15_000)
        #expect(held.count == 10)
    }

    @Test func settlementsFoundBeyondTheCursorStayWhenAGapIsPassed() throws {
        let harness = try IndexHarness(events: 10_000)
        harness.takeCheckpoint()
        harness.acknowledge(try harness.receive(9_000).filter { $0.sequence > 5_000 })
        harness.log.removeFirst()
        try harness.powerCut()
        try harness.index.passGap(to: 6_000)
        #expect(harness.index.audit() == [])
        #expect(try harness.receive(10_000).map(\.sequence) == Array(9_001...10_000))
    }

    @Test func firstUnsettledIsFoundAcrossChunks() throws {
        let harness = try IndexHarness(events: 20_000)
        let held = try harness.receive(15_000)
        harness.acknowledge(held.filter { $0.sequence != 3 && $0.sequence != 13_000 })
        #expect(harness.index.firstUnsettled(in: 1..<15_001) == 3)
        #expect(harness.index.firstUnsettled(in: 4..<15_001) == 13_000)
        #expect(harness.index.firstUnsettled(in: 4..<13_000) == nil)
        #expect(harness.index.firstUnsettled(in: 13_001..<20_000) == 15_001)
        harness.acknowledge(held.filter { $0.sequence == 3 })
        #expect(harness.index.firstUnsettled(in: 1..<20_000) == 13_000)
        #expect(harness.index.firstUnsettled(in: 5..<5) == nil)
    }
}
