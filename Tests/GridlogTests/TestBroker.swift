import CloudEvents
import DeliveryIndex
import EventLog
import Storage
import TestSupport

@testable import Gridlog

/// A broker on a simulated disk, whose clock and committer the test turns by hand.
final class TestBroker {
    private(set) var disk: SimulatedDisk
    let clock: ManualClock
    private let options: BrokerOptions
    private let segmentBytes: ClosedRange<Int>?
    private(set) var broker: Broker
    /// What the operator was told.
    let notices = Guarded<[BrokerNotice]>([])
    private var random = SeededRandom(seed: 1)
    private var scanner = EventScanner()

    /// The seed decides the identity of the store.
    init(
        disk: SimulatedDisk = SimulatedDisk(), clock: ManualClock = ManualClock(), seed: UInt64 = 7,
        options: BrokerOptions = BrokerOptions(), segmentBytes: ClosedRange<Int>? = nil
    ) throws {
        self.disk = disk
        self.clock = clock
        var options = options
        options.onNotice = { [notices] notice in notices.withLock { $0.append(notice) } }
        self.options = options
        self.segmentBytes = segmentBytes
        broker = try Self.open(disk, clock, SeededRandom(seed: seed), options, segmentBytes)
    }

    private static func open(
        _ disk: SimulatedDisk, _ clock: ManualClock, _ random: SeededRandom, _ options: BrokerOptions,
        _ segmentBytes: ClosedRange<Int>?
    ) throws -> Broker {
        try Broker(
            BrokerEnvironment(
                directory: "/data", fileSystem: disk, clock: clock, random: random.shared(), hasThreads: false,
                segmentBytes: segmentBytes),
            options)
    }

    deinit {
        broker.abandon()
    }

    /// The process dies and another one opens the directory; the machine goes on.
    func killAndReopen() throws {
        broker.abandon()
        disk.processDied()
        broker = try Self.open(disk, clock, random.split(), options, segmentBytes)
    }

    /// The power fails and comes back.
    func cutPowerAndReopen(_ survival: Survival = .nothing) throws {
        broker.abandon()
        disk = disk.powerCut(survival)
        clock.reboot()
        broker = try Self.open(disk, clock, random.split(), options, segmentBytes)
    }

    /// Lets a second pass and the background work of it be done.
    func keepHouse() {
        clock.advance(by: .seconds(1))
        _ = broker.housekeeper.runOnce(waiting: false)
        commit()
    }

    /// Lets the committer write and sync what is queued.
    func commit() {
        // What is answered may queue more: settlements of dropped events, trims.
        for _ in 0..<4 { _ = broker.committer.runCycle(waiting: false) }
    }

    // MARK: - Operations, until they are answered

    func publish(_ body: String, to topic: Topic) throws {
        let publication = Publication(capacity: body.utf8.count)
        publication.append(body.utf8.span.bytes)
        let answer = Answer()
        try topic.publish(publication, scanner: &scanner, completion: answer)
        _ = broker.committer.runCycle(waiting: false)
        try answer.result.withLock { $0 }?.get()
    }

    /// Publishes events with the ids `prefix-0`, `prefix-1`, ….
    func publish(_ count: Int, type: String = "t", prefix: String = "e", to topic: Topic) throws {
        let events = (0..<count).map { Self.event("\(prefix)-\($0)", type: type) }
        try publish("[" + events.joined(separator: ",") + "]", to: topic)
    }

    static func event(_ id: String, type: String = "t") -> String {
        #"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"\#(type)","data":{"n":1}}"#
    }

    /// An event whose data is a string of that length.
    static func event(_ id: String, type: String = "t", data length: Int) -> String {
        let data = String(repeating: "x", count: length)
        return #"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"\#(type)","data":"\#(data)"}"#
    }

    @discardableResult
    func settle(
        _ action: SettleAction, _ tokens: [String], on subscription: EventSubscription
    ) throws -> [SettleOutcome] {
        var list = subscription.lockTokens()
        for token in tokens { list.append(token) }
        let answer = Answer()
        subscription.settle(action, list, completion: answer)
        _ = broker.committer.runCycle(waiting: false)
        try answer.result.withLock { $0 }?.get()
        return answer.outcomes.withLock { $0 }
    }
}

/// Keeps what the broker said.
final class Answer: PublishCompletion, SettleCompletion {
    let result = Guarded<Result<Void, GridlogError>?>(nil)
    let outcomes = Guarded<[SettleOutcome]>([])

    func publishDidSucceed() { result.withLock { $0 = .success(()) } }
    func publishDidFail(_ error: GridlogError) { result.withLock { $0 = .failure(error) } }

    func settleDidFinish(_ outcomes: [SettleOutcome]) {
        self.outcomes.withLock { $0 = outcomes }
        result.withLock { $0 = .success(()) }
    }

    func settleDidFail(_ error: GridlogError) { result.withLock { $0 = .failure(error) } }
}

/// A received event, decoded.
struct Handed: Equatable {
    var id: String
    var token: String
    var count: Int
    var json: String
}

extension EventSubscription {
    /// The first sequence that is not settled.
    var floor: UInt64 { state.withLock { $0.index.floor } }

    /// Receives at once and decodes.
    func take(_ maxEvents: Int = 100) throws -> [Handed] {
        var handed: [Handed] = []
        try receive(maxEvents: maxEvents).forEach { event, lockToken, json in
            handed.append(
                Handed(
                    id: (try? CloudEvent(json: json))?.id ?? "?",
                    token: String(decoding: lockToken.array(), as: UTF8.self),
                    count: event.deliveryCount, json: String(decoding: json.array(), as: UTF8.self)))
        }
        return handed
    }
}
