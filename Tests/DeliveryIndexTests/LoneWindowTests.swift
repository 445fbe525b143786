@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// An index without chunks: WINDOW alone says how far it is, and nothing beside it contradicts.
@Suite struct LoneWindowTests {
    /// Everything was passed over by a filter.
    private func makeHarness(events: UInt64 = 5_000) throws -> IndexHarness {
        let harness = try IndexHarness(events: events)
        #expect(try harness.receive(1) { _ in .filtered }.isEmpty)
        #expect(harness.index.floor == events + 1 && harness.index.cursor == events + 1)
        return harness
    }

    private func damage(_ harness: IndexHarness, _ offset: Int) throws {
        try harness.disk.damage(DamageTests.window, offset..<offset + 1) { $0 ^ 1 }
    }

    @Test func itIsReused() throws {
        let harness = try makeHarness()
        try harness.kill()
        #expect(harness.origin == .reused && harness.index.floor == 5_001)
    }

    @Test(.tags(.r17, .r40)) func ofAnotherRunOfTheMachineItIsDiscarded() throws {
        let harness = try makeHarness()
        try harness.powerCut()
        #expect(harness.origin == .rebuilt(.otherBoot) && harness.index.floor == 1)
    }

    @Test(.tags(.r23), arguments: 0..<64) func aDamagedHeaderIsNoticed(offset: Int) throws {
        let harness = try makeHarness(events: 3)
        try damage(harness, offset)
        try harness.kill()
        #expect(harness.origin == .rebuilt(.damaged))
    }

    @Test(.tags(.r23)) func damagedFloorAndCursorAreNoticed() throws {
        let harness = try makeHarness()
        try damage(harness, 72)
        try damage(harness, 80)
        try harness.kill()
        #expect(harness.origin == .rebuilt(.damaged) && harness.index.floor == 1)
    }

    @Test(.tags(.r22)) func aheadOfTheLogItIsDiscarded() throws {
        let harness = try makeHarness()
        harness.tail = 100
        try harness.kill()
        #expect(harness.origin == .rebuilt(.damaged) && harness.index.cursor <= 100)
    }
}
