import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Recovery's last column (EventLog/FORMAT.md section 5, DeliveryIndex/FORMAT.md section 7): is the index usable? Every state of
/// its files, beside a log that ends cleanly or in a torn tail, after a killed process or another boot.
@Suite struct IndexRecoveryTableTests {
    enum IndexFiles: CaseIterable {
        case asTheyWere, windowMissing, chunkMissing, chunkZeroed, garbageHeader, foreign, windowZeroed, chunkShortened
    }

    enum LogEnd: CaseIterable {
        case clean, torn
    }

    enum Decision: Equatable {
        case reused, rebuilt
    }

    static func decision(_ files: IndexFiles, sameBoot: Bool) -> Decision {
        sameBoot && files == .asTheyWere ? .reused : .rebuilt
    }

    private let index = "/data/topics/0000000000000001/subscriptions/00000001"
    private let segment = "/data/topics/0000000000000001/0000000000000001.segment"

    @Test(.tags(.r17, .r21, .r22, .r23, .r25, .r40), arguments: IndexFiles.allCases, LogEnd.allCases)
    func everyRowIsDecidedAsTheTableSays(files: IndexFiles, end: LogEnd) throws {
        for sameBoot in [true, false] {
            let row = "\(files), log \(end), \(sameBoot ? "same boot" : "another boot")"
            let test = try TestBroker()
            let topic = try test.broker.putTopic("orders").topic
            let reader = try topic.putSubscription("reader").subscription
            try test.publish(40, to: topic)
            let handed = try reader.take(30)
            try test.settle(.acknowledge, handed.prefix(10).map(\.token), on: reader)
            try test.settle(.release(.none), handed[10..<20].map(\.token), on: reader)
            // Its frame vouches for all before it.
            try test.publish(1, prefix: "last", to: topic)
            try tear(end, test)
            try damage(files, test.disk)
            if sameBoot { try test.killAndReopen() } else { try test.cutPowerAndReopen(.everything) }

            #expect(test.broker.health.isReady, "\(row)")
            let again = try #require(try test.broker.topic("orders")?.subscription("reader"))
            let isReused = Self.decision(files, sameBoot: sameBoot) == .reused
            let taken = try again.take().map(\.id) + again.take().map(\.id)
            let locked = isReused ? handed[20..<30].map(\.id) : []
            let settled = handed.prefix(10).map(\.id)
            let expected = Set((0..<40).map { "e-\($0)" } + ["last-0"]).subtracting(settled).subtracting(locked)
            #expect(Set(taken) == expected && taken.count == expected.count, "\(row): \(taken)")
            // A token from before holds only in the index that gave it.
            let outcome = try test.settle(.acknowledge, [handed[25].token], on: again)
            #expect(outcome == [isReused ? .succeeded : .tokenLost], "\(row)")
            try checkSecondOpening(test, settled: settled + (isReused ? [handed[25].id] : []), row)
        }
    }

    /// What was acknowledged stays so, at a second opening in another boot, too; and the topic goes on.
    private func checkSecondOpening(_ test: TestBroker, settled: [String], _ row: String) throws {
        try test.cutPowerAndReopen(.everything)
        let topic = try #require(test.broker.topic("orders"))
        try test.publish(1, prefix: "new", to: topic)
        let ids = try #require(try topic.subscription("reader")).take().map(\.id)
        #expect(Set(ids).isDisjoint(with: settled) && ids.contains("new-0"), "\(row)")
        #expect(Set(ids).union(settled).count == 42 && ids.count == 42 - settled.count, "\(row)")
    }

    private func tear(_ end: LogEnd, _ test: TestBroker) throws {
        guard end == .torn else { return }
        var bytes = try test.disk.liveBytes(segment)
        let last = try #require(bytes.lastIndex { $0 != 0 })
        // The next frame begins at a multiple of 8; of this one, garbage arrived.
        let start = (last + 16) & ~7
        for offset in start..<start + 100 { bytes[offset] = UInt8(truncatingIfNeeded: offset | 1) }
        try test.disk.replace(segment, with: bytes)
    }

    private func damage(_ files: IndexFiles, _ disk: SimulatedDisk) throws {
        let window = "\(index)/WINDOW"
        let chunk = "\(index)/00000000.slots"
        let whole = try disk.liveBytes(chunk)
        switch files {
        case .asTheyWere: break
        case .windowMissing: try disk.remove(window)
        case .chunkMissing: try disk.remove(chunk)
        case .chunkZeroed: try disk.replace(chunk, with: [UInt8](repeating: 0, count: whole.count))
        case .windowZeroed:
            try disk.replace(window, with: [UInt8](repeating: 0, count: disk.liveBytes(window).count))
        case .chunkShortened: try disk.replace(chunk, with: Array(whole.prefix(whole.count / 2)))
        case .garbageHeader: try disk.damage(chunk, 0..<64) { $0 ^ 0x5A }
        case .foreign:
            // The same files of another store.
            let other = try TestBroker(seed: 99)
            let reader = try other.broker.putTopic("orders").topic.putSubscription("reader").subscription
            try other.publish(40, to: try #require(other.broker.topic("orders")))
            let handed = try reader.take()
            try other.settle(.acknowledge, handed.map(\.token), on: reader)
            for path in [window, chunk] { try disk.replace(path, with: other.disk.liveBytes(path)) }
        }
    }
}
