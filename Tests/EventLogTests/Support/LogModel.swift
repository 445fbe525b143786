@testable import EventLog
import Storage
import TestSupport
import Testing

/// A log, and beside it the plain list that it must be equal to.
///
/// Frames are known by number: a frame's payload is made of its number, so a list of numbers says all. The log may hold more
/// than was answered, never less, never in another order, and never a frame that was refused.
final class LogModel: @unchecked Sendable {
    private let fixture: LogFixture
    private var random: SeededRandom
    private var counter = 0

    /// Numbers of all frames of events that may be in the log, in the order of their queueing, from sequence 1 on.
    private var events: [Int] = []
    /// How many of them must be there.
    private var answered = 0
    /// Answered at level `written`, not surely synced yet: gone only when the power fails.
    private var written = 0
    /// The same for settlements; a checkpoint stands for all that are in it.
    private var settlements: [Int] = []
    private var settled = 0
    private var settlementsWritten = 0
    /// The sequences that were given up.
    private var gone: Set<UInt64> = []
    private var waiting: [(number: Int, isEvent: Bool, ticket: TestTicket)] = []

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        let checkpoint = Guarded<@Sendable () -> [[UInt8]]>({ [] })
        fixture = try LogFixture(
            on: SimulatedDisk(seed: seed), segmentBytes: (12 << 10)...(24 << 10), seed: seed,
            checkpoint: { checkpoint.withLock { $0 }() })
        checkpoint.withLock { $0 = { [unowned self] in [self.checkpoint()] } }
    }

    // MARK: - Steps

    func step() throws {
        switch random.next(upperBound: UInt64(100)) {
        case 0..<45: queue()
        case 45..<70: commit()
        case 70..<76:
            fixture.clock.advance(by: .milliseconds(Int.random(in: 1...80, using: &random)))
            commit()
        case 76..<79: fixture.clock.stepWall(by: .seconds(Int.random(in: -90_000...90_000, using: &random)))
        case 79..<83: trim()
        case 83..<85: fixture.log.level = random.chance(1, in: 2) ? .durable : .written
        case 85..<88: fixture.disk.writeBackSome()
        case 88..<90: fixture.disk.spaceLimit = fixture.disk.usedBytes + Int.random(in: 0...4, using: &random) * 4_096
        case 90..<92: fixture.disk.spaceLimit = nil
        case 92..<94: try closeAndReopen()
        case 94..<96: try die()
        default: try fail()
        }
    }

    func end() throws {
        commit()
        try powerCut()
        #expect(fixture.disk.violations.isEmpty)
    }

    private func queue() {
        counter += 1
        let payload = Self.payload(counter, size: Int.random(in: 0...1_500, using: &random))
        let isEvent = random.chance(3, in: 4)
        if isEvent { events.append(counter) } else { settlements.append(counter) }
        waiting.append((counter, isEvent, isEvent ? fixture.queue(payload) : fixture.queueSettlements(payload)))
    }

    private func commit() {
        fixture.commit()
        learn()
    }

    /// What was answered, and what was not.
    private func learn() {
        var isSynced = !fixture.log.writer.isDirty && !fixture.log.hasFailed
        for (number, isEvent, ticket) in waiting {
            if ticket.firstSequence != nil {
                if isEvent { written += 1 } else { settlementsWritten = (settlements.firstIndex(of: number) ?? 0) + 1 }
                // The sync of its group covers everything before it, too.
                if fixture.log.level == .durable { isSynced = true }
            } else if let code = ticket.failure?.code, code == .noSpace || code == .storage {
                // Refused before anything was written.
                if isEvent { events.removeAll { $0 == number } } else { settlements.removeAll { $0 == number } }
            }
        }
        waiting.removeAll { !$0.ticket.isPending }
        if isSynced { everythingIsSynced() }
    }

    private func everythingIsSynced() {
        answered = written
        settled = settlementsWritten
    }

    /// A checkpoint says which settlements it stands for: all those that were answered, by their numbers.
    private func checkpoint() -> [UInt8] {
        learn()
        return settlements.prefix(settlementsWritten).flatMap { Self.payload($0, size: 4) }
    }

    /// Gives up some of the segments: those below a sequence, or any.
    private func trim() {
        let target = random.next(upperBound: fixture.log.tail) + 1
        let isAny = random.chance(1, in: 2)
        let chosen = fixture.log.sealedSegments.filter { segment in
            isAny ? random.chance(1, in: 3) : segment.sequences.upperBound <= target
        }
        for segment in chosen { gone.formUnion(segment.sequences) }
        fixture.log.release(Set(chosen.map(\.id)))
        commit()
    }

    // MARK: - Ends

    private func closeAndReopen() throws {
        fixture.log.close()
        learn()
        try fixture.reopen()
        try check()
    }

    /// The process dies: nothing that was written is lost.
    private func die() throws {
        commit()
        everythingIsSynced()
        try fixture.reopen()
        try check()
    }

    /// Something fails at one of the next calls, for a while or for good.
    private func fail() throws {
        let after = Int(random.next(upperBound: UInt64(12)))
        switch random.next(upperBound: UInt64(4)) {
        case 0: fixture.disk.fail(after: after, .error(.inputOutput))
        case 1: fixture.disk.fail(.write, after: after % 3, .short(.noSpace))
        case 2: fixture.disk.fail(.synchronize, after: after % 3, .error(.inputOutput))
        default: fixture.disk.powerOff(afterCalls: after)
        }
        for _ in 0..<4 { queue() }
        commit()
        if random.chance(1, in: 2) { trim() }
        fixture.disk.repair()
        if random.chance(1, in: 4) { try die() } else { try powerCut() }
    }

    private func powerCut() throws {
        try fixture.powerCut(.seeded(random.next()))
        try check()
    }

    // MARK: - The comparison

    /// The log that was opened is what the list says; from now on the list is what was found.
    private func check() throws {
        waiting.removeAll()
        let found = try fixture.readFrames()
        let count = Int(fixture.log.tail) - 1
        #expect(answered <= count, "answered events are missing")
        try #require(count <= events.count, "there are events that nobody published")
        #expect(
            Set(1..<fixture.log.tail).subtracting(found.map(\.sequence)).isSubset(of: gone),
            "more went than was asked for")
        for (sequence, payload) in found {
            let number = events[Int(sequence) - 1]
            #expect(payload == Self.payload(number, size: payload.count), "another event stands there")
        }
        try checkSettlements()
        events.removeLast(events.count - count)
        answered = events.count
        written = events.count
    }

    private func checkSettlements() throws {
        var seen: [Int] = []
        for (kind, payload) in fixture.replayed() {
            switch kind {
            case .checkpoint:
                seen = stride(from: 0, to: payload.count, by: 4).map { Self.number(payload.dropFirst($0)) }
            case .settlements: seen.append(Self.number(payload[...]))
            }
        }
        // An answered settlement is never undone, and none is made up.
        #expect(seen.count >= settled)
        #expect(settlements.starts(with: seen))
        settlements = seen
        settlementsWritten = seen.count
        settled = seen.count
    }

    /// Four bytes of number, then bytes that depend on it.
    private static func payload(_ number: Int, size: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(number))
        let bytes = withUnsafeBytes(of: UInt32(number).littleEndian) { Array($0) }
        return bytes + random.bytes(max(0, size - 4))
    }

    private static func number(_ payload: ArraySlice<UInt8>) -> Int {
        payload.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
