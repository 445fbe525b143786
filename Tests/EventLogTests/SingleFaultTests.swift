@testable import EventLog
import Storage
import TestSupport
import Testing

/// Random single-bit flips and truncations over every file of a log: never a crash, never a silently missing event, never a
/// wrong byte (R8, R9, R10, R14, R16, R18).
@Suite struct SingleFaultTests {
    /// Faults in files that are part of the log, and more in those that only keep blocks.
    private static let rounds = 2_000
    private static let roundsInBlocks = 200

    private typealias Outcome = DamagedStore.Outcome

    /// What a fault did, counted by the kind of file.
    private struct Table {
        private var counts: [String: [Outcome: Int]] = [:]

        mutating func add(_ outcome: Outcome, _ path: String) {
            counts[Self.kind(path), default: [:]][outcome, default: 0] += 1
        }

        subscript(outcome: Outcome) -> Int { counts.values.reduce(0) { $0 + ($1[outcome] ?? 0) } }

        var total: Int { Outcome.allCases.reduce(0) { $0 + self[$1] } }

        /// How many fell on files that are part of the log.
        var inLog: Int { counts.reduce(0) { $0 + ($1.key == Self.blocks ? 0 : $1.value.values.reduce(0, +)) } }

        private static let blocks = "spare, blank or reserve"

        func print(_ title: String) {
            Swift.print(title)
            for (kind, row) in counts.sorted(by: { $0.key < $1.key }) {
                let cells = Outcome.allCases.compactMap { outcome in row[outcome].map { "\($0) \(outcome.rawValue)" } }
                Swift.print("  \(kind): " + cells.joined(separator: "; "))
            }
        }

        private static func kind(_ path: String) -> String {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            if name.hasPrefix("MANIFEST") { return "manifest" }
            return Segment.id(ofName: name) == nil ? blocks : "segment"
        }
    }

    private func run(
        seed: UInt64, _ title: String, _ damage: (SimulatedDisk, String, Int, inout SeededRandom) throws -> Void
    )
        throws -> Table
    {
        let stores = [try DamagedStore(endsInRoll: false), try DamagedStore(endsInRoll: true)]
        var random = SeededRandom(seed: seed)
        var table = Table()
        for round in 0..<Self.rounds + Self.roundsInBlocks {
            let store = stores[round % 4 == 3 ? 1 : 0]
            let files = round < Self.rounds ? store.files : store.blocks
            let (path, length) = files[Int(random.next(upperBound: UInt64(files.count)))]
            let disk = store.copy
            try damage(disk, path, length, &random)
            let verdict = try store.judge(disk, damaged: path)
            table.add(verdict.outcome, path)
            if round >= Self.rounds { #expect(verdict.outcome == .unaffected, "\(path): \(verdict.outcome)") }
            let isExpected = verdict.faults.isEmpty
            #expect(
                isExpected,
                "round \(round) of seed \(seed), \(store.name), \(path): \(verdict.outcome): \(verdict.faults)")
            if round % 8 == 0, verdict.outcome != .namedAtOpen { #expect(try store.goesOn(disk)) }
        }
        table.print("\(title), seed \(seed):")
        #expect(table.inLog == Self.rounds, "each is exactly one of these")
        #expect(table.total == Self.rounds + Self.roundsInBlocks)
        return table
    }

    @Test(.tags(.r08, .r10, .r14)) func everyFlippedBitIsHarmlessOrNamed() throws {
        let table = try run(seed: 1, "flipped bits") { disk, path, length, random in
            let offset = Int(random.next(upperBound: UInt64(length)))
            let bit = UInt8(1) << UInt8(random.next(upperBound: UInt64(8)))
            try disk.damage(path, offset..<offset + 1) { $0 ^ bit }
        }
        for outcome in [Outcome.unaffected, .namedAtOpen, .namedAtRead, .tailCut] {
            #expect(table[outcome] > 0, "\(outcome.rawValue) must occur")
        }
        #expect(table[.setAside] == 0, "one bit makes no file blank")
        #expect(table[.endCutOff] == 0, "one bit cannot take answered events away")
    }

    @Test(.tags(.r06, .r09, .r16, .r18)) func everyShortenedFileIsHarmlessOrNamed() throws {
        let table = try run(seed: 2, "truncations") { disk, path, length, random in
            let bytes = try disk.durableBytes(path)
            let kept = random.chance(1, in: 20) ? 0 : Int(random.next(upperBound: UInt64(length)))
            try disk.replace(path, with: Array(bytes.prefix(kept)))
        }
        for outcome in [Outcome.unaffected, .namedAtOpen, .tailCut, .setAside, .endCutOff] {
            #expect(table[outcome] > 0, "\(outcome.rawValue) must occur")
        }
        #expect(table[.namedAtRead] == 0, "a sealed segment that is too short is named at open")
    }
}
