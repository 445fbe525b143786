import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Random single-bit flips and truncations over every file of a store, the catalog and the index among them: after another boot
/// no event is missing and none that was acknowledged comes back, or the topic is fenced and names the file.
@Suite struct SingleFaultTests {
    private static let rounds = 100

    private enum Outcome: String, CaseIterable {
        case unaffected = "everything equal"
        case rebuilt = "index rebuilt, unsettled events again"
        case fenced = "topic fenced, file named"
        case tailCut = "last publish gone, which nothing vouched for; told"
    }

    private let store: TestBroker
    private let files: [(path: String, length: Int)]
    private let settled: Set<String>
    private let locked: [Handed]
    private let all: Set<String>

    init() throws {
        store = try TestBroker()
        let topic = try store.broker.putTopic("orders").topic
        let reader = try topic.putSubscription("reader").subscription
        try store.publish(60, to: topic)
        let handed = try reader.take(40)
        try store.settle(.acknowledge, handed.prefix(15).map(\.token), on: reader)
        try store.settle(.reject, handed[15..<20].map(\.token), on: reader)
        try store.settle(.release(.none), handed[20..<30].map(\.token), on: reader)
        try store.publish(1, prefix: "last", to: topic)
        settled = Set(handed.prefix(20).map(\.id))
        locked = Array(handed[30..<40])
        all = Set((0..<60).map { "e-\($0)" } + ["last-0"])
        let disk = store.disk
        files = try Self.paths(in: "/data", disk).map { ($0, try disk.liveBytes($0).count) }.filter { $0.1 > 0 }
    }

    private static func paths(in directory: String, _ disk: SimulatedDisk) throws -> [String] {
        try disk.names(in: directory).flatMap { name in
            let path = "\(directory)/\(name)"
            return try (try? disk.liveBytes(path)) == nil ? paths(in: path, disk) : [path]
        }
    }

    private func isIndex(_ path: String) -> Bool { path.contains("/subscriptions/") }

    @Test(.tags(.r08, .r14, .r17, .r19, .r20, .r21, .r23), arguments: [true, false])
    func everyFlippedBitIsHarmlessOrNamed(sameBoot: Bool) throws {
        let counts = try run(seed: 3, sameBoot: sameBoot, "flipped bits") { disk, path, length, random in
            // Most of them where there is something.
            let used = isIndex(path) ? (length > 4_096 ? 4_096 + 62 * 8 : 112) : min(length, 8_000)
            let bound = random.chance(3, in: 4) ? used : length
            let offset = Int(random.next(upperBound: UInt64(bound)))
            let bit = UInt8(1) << UInt8(random.next(upperBound: UInt64(8)))
            try disk.damage(path, offset..<offset + 1) { $0 ^ bit }
        }
        #expect(counts[.fenced] != nil && counts[.rebuilt] != nil)
        #expect(sameBoot == (counts[.unaffected] != nil))
    }

    @Test(.tags(.r16, .r17, .r19, .r20, .r21, .r23), arguments: [true, false])
    func everyShortenedFileIsHarmlessOrNamed(sameBoot: Bool) throws {
        let counts = try run(seed: 4, sameBoot: sameBoot, "truncations") { disk, path, length, random in
            let kept = random.chance(1, in: 10) ? 0 : Int(random.next(upperBound: UInt64(length)))
            try disk.replace(path, with: Array(try disk.liveBytes(path).prefix(kept)))
        }
        #expect(counts[.rebuilt] != nil)
    }

    /// A floor that is too high would settle what nobody has seen: no bit of it may be believed.
    @Test(.tags(.r17, .r21, .r22, .r23)) func everyFlippedBitOfTheWindowLosesNothing() throws {
        let path = try #require(files.first { $0.path.hasSuffix("/WINDOW") }?.path)
        // All bits of floor and cursor, some of the other numbers.
        let bits = Array(72 * 8..<88 * 8) + Array(stride(from: 64 * 8, to: 112 * 8, by: 7))
        for bit in bits {
            let disk = store.disk.powerCut(.everything)
            try disk.damage(path, bit / 8..<bit / 8 + 1) { $0 ^ 1 << UInt8(bit % 8) }
            let outcome = try judge(try TestBroker(disk: disk), path, "bit \(bit)")
            #expect(outcome == .unaffected || outcome == .rebuilt, "bit \(bit): \(outcome)")
        }
    }

    /// Slots settled, released, locked, and not handed out.
    @Test(.tags(.r17, .r23)) func everyFlippedBitOfASlotIsNoticed() throws {
        let path = try #require(files.first { $0.path.hasSuffix("/00000000.slots") }?.path)
        for slot in [3, 25, 35, 45] {
            for bit in 0..<64 {
                let disk = store.disk.powerCut(.everything)
                let place = 4_096 + slot * 8 + bit / 8
                try disk.damage(path, place..<place + 1) { $0 ^ 1 << UInt8(bit % 8) }
                let outcome = try judge(try TestBroker(disk: disk), path, "slot \(slot), bit \(bit)")
                #expect(outcome == .rebuilt, "slot \(slot), bit \(bit): \(outcome)")
            }
        }
    }

    private func run(
        seed: UInt64, sameBoot: Bool, _ title: String,
        _ damage: (SimulatedDisk, String, Int, inout SeededRandom) throws -> Void
    ) throws -> [Outcome: Int] {
        var random = SeededRandom(seed: seed)
        var counts: [Outcome: Int] = [:]
        for round in 0..<Self.rounds {
            // Every other one hits the log or the index, the others any file.
            let among = round % 2 == 0 ? files.filter { $0.path.hasSuffix(".segment") || isIndex($0.path) } : files
            let (path, length) = among[Int(random.next(upperBound: UInt64(among.count)))]
            // The whole memory of the machine survives a process that is killed.
            let disk = store.disk.powerCut(.everything)
            try damage(disk, path, length, &random)
            let clock = ManualClock()
            if !sameBoot { clock.reboot() }
            let place = "round \(round) of seed \(seed), \(sameBoot ? "same boot" : "another boot"), \(path)"
            let outcome = try judge(try TestBroker(disk: disk, clock: clock), path, place)
            counts[outcome, default: 0] += 1
        }
        let cells = Outcome.allCases.compactMap { outcome in counts[outcome].map { "\($0) \(outcome.rawValue)" } }
        print("\(title), \(sameBoot ? "same" : "another") boot, seed \(seed): " + cells.joined(separator: "; "))
        return counts
    }

    private func judge(_ test: TestBroker, _ path: String, _ place: String) throws -> Outcome {
        let topic = try #require(test.broker.topic("orders"), "\(place)")
        if let problem = topic.problem {
            let isNamed = problem.code == .storageDamaged && problem.message.contains(path)
            #expect(isNamed, "\(place): \(problem)")
            return .fenced
        }
        let reader = try #require(try topic.subscription("reader"), "\(place)")
        let ids = try reader.take().map(\.id) + reader.take().map(\.id)
        let taken = Set(ids)
        let isTwice = ids.count != taken.count
        #expect(!isTwice, "\(place): delivered twice")
        let token = try test.settle(.acknowledge, [locked[5].token], on: reader)
        let lockedIDs = Set(locked.map(\.id))
        switch taken {
        case all.subtracting(settled):
            #expect(token == [.tokenLost], "\(place): a token of another index")
            return .rebuilt
        case all.subtracting(settled).subtracting(lockedIDs):
            #expect(token == [.succeeded], "\(place): a token was lost")
            return .unaffected
        case all.subtracting(settled).subtracting(["last-0"]),
            all.subtracting(settled).subtracting(lockedIDs + ["last-0"]):
            let isLog = path.hasSuffix(".segment")
            #expect(isLog && !test.notices.withLock(\.isEmpty), "\(place): an event is missing, and nobody is told")
            return .tailCut
        default:
            let missing = all.subtracting(settled).subtracting(lockedIDs).subtracting(taken)
            let back = taken.intersection(settled)
            Issue.record("\(place): missing \(missing.sorted()), back \(back.sorted())")
            return .unaffected
        }
    }
}
