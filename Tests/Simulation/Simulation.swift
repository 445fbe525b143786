import CloudEvents
import Gridlog
import Storage
import TestSupport

/// A whole broker on a simulated disk, and beside it the model that it must agree with: random requests, clocks, faults and
/// crashes, all of them decided by one seed.
///
/// Threads there are none: committer and housekeeping run when a step says so, so that answers are pending when the crash comes.
public final class Simulation {
    static let topicNames = ["orders", "alerts", "audits"]
    static let subscriptionNames = ["billing", "mailing", "archive"]
    static let eventTypes = ["order.placed", "order.paid", "stock.low"]

    let seed: UInt64
    let steps: Int
    /// Publishes batches of 1,000 tiny events, so that the index needs several chunks. They are too many to look at
    /// each of them after every step.
    let isBulky: Bool
    let segmentBytes: ClosedRange<Int>
    let clock = ManualClock()
    let mailbox = Mailbox()

    var random: SeededRandom
    var disk: SimulatedDisk
    var broker: Broker?
    var model = BrokerModel()
    var trace: SimulationTrace
    var result = SimulationResult()
    var scanner = EventScanner()
    /// Tokens that were given out, oldest first.
    var issued: [IssuedToken] = []
    var requests = 0
    var eventsMade = 0
    /// A change of topics or subscriptions that failed, and may be found done after a restart. No other is tried before.
    var doubtfulChange: DoubtfulChange?
    /// A disk call was made to fail since the broker was opened.
    var isFaulty = false
    /// The disk was full when the broker was opened.
    var isOpenedFull = false
    /// The disk failed or was full in this life of the process: it may not leave an index to go on with.
    var isStrained = false
    /// The indices that a killed process left, by their epochs; none once the power failed.
    var survivors: [(place: Place, epoch: UInt32)] = []
    /// By how much the wall clock was set since the machine started, in milliseconds and all together.
    var drift: UInt64 = 0
    /// Settle requests without an answer.
    var settling: [Int: SettleRequest] = [:]
    /// When the next round of the housekeeper is due, in boot time.
    var nextRound: UInt64 = 0
    static let roundNanoseconds: UInt64 = 1_000_000_000
    /// Those who wait for events, one a subscription at most.
    var waiters: [Waiter] = []
    let endpoint = SimulatedEndpoint()
    /// What is at the dead-letter destination, by file.
    var copies: [String: Set<String>] = [:]
    /// Events were given up because the destination refused them for too long.
    let gaveUpCopies = Guarded(false)
    /// How many calls of this disk are counted, and which gaps.
    var callsSeen = 0
    var gapsSeen: Set<String> = []

    /// A run that does the same every time.
    ///
    /// - Parameter traceLines: how many of the last steps a failure tells.
    public init(seed: UInt64, steps: Int = 400, traceLines: Int = 50) {
        self.seed = seed
        trace = SimulationTrace(linesMax: traceLines)
        self.steps = steps
        random = SeededRandom(seed: seed)
        disk = SimulatedDisk(seed: random.next())
        isBulky = random.chance(1, in: 8)
        let shortest = [16 << 10, 16 << 10, 32 << 10, 64 << 10][Int(random.next(upperBound: UInt64(4)))]
        segmentBytes = shortest...shortest << Int(random.next(upperBound: UInt64(3)))
    }

    /// Runs all steps, and at the end looks at every event once more.
    public func run() throws -> SimulationResult {
        CrashNote.seed = seed
        defer { abandon() }
        do {
            try reopen()
            for _ in 0..<number(1...3) {
                try putTopic()
                try putSubscription()
            }
            for _ in 0..<steps {
                result.steps += 1
                try SimulationStep.pick(&random).run(self)
                try settleDown()
            }
            try finish()
        } catch let failure as Contradiction {
            throw fail(failure.message)
        } catch let failure as GridlogError {
            throw fail("an unexpected error, \(failure.code): \(failure.message)")
        }
        countDiskCalls()
        result.digest = trace.digest
        return result
    }

    private func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, step: result.steps, message: message, trace: trace.last)
    }

    /// After every step: answers come to the model, a crash that was set comes to pass, and the invariants hold.
    private func settleDown() throws {
        try takeAnswers()
        noteLapses()
        if disk.isOff { try crash(cutsPower: chance(2, in: 3)) }
        try check()
    }

    // MARK: - Chance

    func chance(_ numerator: UInt64, in denominator: UInt64) -> Bool {
        random.chance(numerator, in: denominator)
    }

    func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    func pick<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &random)
    }

    /// A topic of the model, and what the broker has for it.
    func pickTopic() -> (name: String, topic: Topic)? {
        guard let name = pick(model.topics.keys.sorted()), let topic = broker?.topic(name) else {
            return nil
        }
        return (name, topic)
    }

    /// A subscription of the model, and what the broker has for it.
    func pickSubscription() -> (place: Place, subscription: EventSubscription)? {
        guard let (topicName, topic) = pickTopic(),
            let name = pick((model.topics[topicName]?.subscriptions ?? [:]).keys.sorted()),
            let subscription = topic.subscription(name)
        else { return nil }
        return (Place(topic: topicName, subscription: name), subscription)
    }

    // MARK: - For all steps

    /// Boot time in milliseconds.
    var now: UInt64 { clock.bootTime / 1_000_000 }

    /// Whether the broker may refuse something for reasons of the disk.
    var mayRefuse: Bool { isFaulty || isOpenedFull || disk.spaceLimit != nil }

    func demand(_ holds: Bool, _ message: @autoclosure () -> String) throws {
        try insist(holds, message())
    }

    /// An error is in order only if the disk gave reason for it.
    func accept(_ error: GridlogError, of operation: String) throws {
        trace.add("  \(operation) failed: \(error.code)")
        try demand(mayRefuse, "\(operation) failed without a reason, \(error.code): \(error.message)")
        try demand(error.code != .storageDamaged, "\(operation) met damage: \(error.message)")
    }

    func abandon() {
        broker?.abandon()
        broker = nil
        _ = mailbox.takeAll()
    }
}

/// Names a subscription of a topic.
struct Place: Equatable, CustomStringConvertible {
    let topic: String
    let subscription: String

    var description: String { "\(topic)/\(subscription)" }
}
