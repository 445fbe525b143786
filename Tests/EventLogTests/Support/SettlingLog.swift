@testable import EventLog
import Storage
import TestSupport
import Testing

/// A log whose state is one number, how many settlements were answered, and a list of events: enough to see whether anything
/// that was answered is lost or reverted.
final class SettlingLog: @unchecked Sendable {
    let fixture: LogFixture
    private(set) var settled = 0
    /// Settlements that were asked for and may be there.
    private var asked = 0
    private(set) var events = 0
    private var eventsAsked = 0
    private let state: StateBox

    private final class StateBox: Sendable {
        let count = Guarded(0)
    }

    init(on disk: SimulatedDisk = SimulatedDisk(), seed: UInt64 = 1) throws {
        let state = StateBox()
        self.state = state
        fixture = try LogFixture(on: disk, seed: seed) { [Self.bytes(state.count.withLock { $0 })] }
    }

    var disk: SimulatedDisk { fixture.disk }

    /// Takes all space but so many bytes.
    func fillDisk(leaving bytes: Int = 0) {
        disk.spaceLimit = disk.usedBytes + bytes
    }

    /// Publishes an event. - Returns: whether it was answered, or why it was refused.
    @discardableResult
    func publish(size: Int = 300) -> LogError? {
        eventsAsked += 1
        let ticket = fixture.append(LogFixture.payload(events, size: size))
        if ticket.firstSequence != nil { events += 1 }
        eventsAsked = max(
            events, ticket.failure.map { $0.code == .noSpace || $0.code == .storage } == true ? 0 : eventsAsked)
        return ticket.failure
    }

    /// Settles once, in a group of its own.
    @discardableResult
    func settle(size: Int = 24) -> LogError? {
        let number = settled + 1
        asked = max(asked, number)
        let state = state
        let ticket = TestTicket { _ in state.count.withLock { $0 = number } }
        fixture.log.appendSettlements(
            FrameBuffer(Self.bytes(number) + [UInt8](repeating: 1, count: size)), ticket: ticket)
        fixture.commit()
        if ticket.firstSequence != nil {
            settled = number
        } else if ticket.failure?.code == .noSpace || ticket.failure?.code == .storage {
            asked = settled
        }
        return ticket.failure
    }

    /// Publishes until it is refused, and fills what is left of the segment.
    func fillUp() {
        while publish(size: 1_000) == nil {}
        while publish(size: 0) == nil {}
    }

    /// Opens what a disk holds, and looks whether all that was answered is there.
    func reopen(on disk: SimulatedDisk? = nil, _ what: String = "") throws {
        try fixture.reopen(on: disk)
        try check(what)
    }

    private func check(_ what: String) throws {
        var found = 0
        for (kind, payload) in fixture.replayed() {
            let number = payload.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            if kind == .settlements {
                try #require(number == found + 1, "\(what): settlement \(number) follows \(found)")
            }
            found = number
        }
        try #require(found >= settled, "\(what): \(settled) settlements were answered, \(found) are left")
        try #require(found <= max(asked, settled), "\(what): \(found) settlements, more than were asked for")
        let tail = Int(fixture.log.tail) - 1
        try #require(
            tail >= events && tail <= max(events, eventsAsked), "\(what): \(tail) events, \(events) were answered")
        settled = found
        asked = found
        events = tail
        eventsAsked = tail
        state.count.withLock { $0 = found }
        for (sequence, payload) in try fixture.readFrames() {
            let expected = LogFixture.payload(Int(sequence) - 1, size: payload.count)
            try #require(payload == expected, "\(what): another event stands at \(sequence)")
        }
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
