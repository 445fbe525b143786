import CloudEvents
import Gridlog

/// Publishes events into the topics of a broker, in their order.
struct Importer {
    private let open: () throws(Failure) -> Broker
    /// `nil` before the first event.
    private var broker: Broker?
    private let topicName: String?
    private let createsTopics: Bool
    private var scanner = EventScanner()
    private var batch: ImportBatch?
    /// How many events were published, by the name of their topic.
    private(set) var imported: [String: Int] = [:]
    /// The first line whose events could not be published.
    private(set) var failedLine: Int?
    /// Lines that were passed over: events that are in the log a second time, for one event subscription.
    private(set) var passedOver = 0

    /// - Parameters:
    ///   - topic: where all events go; `nil` for where the lines say, or the only topic.
    ///   - open: is called once, for the first event that is in order.
    init(into topic: String?, createsTopics: Bool, open: @escaping () throws(Failure) -> Broker) {
        topicName = topic
        self.createsTopics = createsTopics
        self.open = open
    }

    /// Opens the broker before the first event.
    @discardableResult
    mutating func start() throws(Failure) -> Broker {
        if let broker { return broker }
        let broker = try open()
        self.broker = broker
        return broker
    }

    func close() { broker?.close() }

    /// Checks the event of a line, and takes it; publishes when enough are there.
    ///
    /// - Throws: ``Failure``, saying what is wrong with the line.
    mutating func take(_ bytes: ArraySlice<UInt8>, number: Int) throws(Failure) {
        guard let line = ImportLine(bytes) else { throw Failure(.usage, "it is not one JSON object") }
        guard !line.isAddressed else {
            passedOver += 1
            return
        }
        do throws(EventError) {
            try scanner.scan(line.event.span.bytes)
        } catch {
            throw Failure(.usage, error.description)
        }
        let topic = try self.topic(of: line)
        if let batch, batch.topic !== topic || batch.isFull { try flush() }
        var batch = self.batch ?? ImportBatch(topic, firstLine: number)
        batch.add(line.event)
        self.batch = batch
    }

    /// Publishes what was taken.
    mutating func flush() throws(Failure) {
        guard let batch else { return }
        self.batch = nil
        do throws(GridlogError) {
            try batch.publish(&scanner)
        } catch {
            failedLine = batch.firstLine
            throw Failure(error.code == .storageDamaged ? .damaged : .usage, error.message)
        }
        imported[batch.topic.name, default: 0] += batch.count
    }

    private mutating func topic(of line: ImportLine) throws(Failure) -> Topic {
        guard let name = topicName ?? line.topic else {
            let topics = broker?.topics ?? []
            if topics.count == 1 { return topics[0] }
            throw Failure(.usage, "it names no topic; name one with --topic (\(Self.known(topics)))")
        }
        // Before a store is made.
        if broker == nil { try Self.validate(name) }
        let broker = try start()
        let topics = broker.topics
        if let found = broker.topic(name) { return found }
        guard createsTopics else {
            throw Failure(
                .usage,
                "the store has no topic '\(name)' (\(Self.known(topics))); add --create to make it, or name another one with "
                    + "--topic")
        }
        do throws(GridlogError) {
            return try broker.putTopic(name).topic
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    private static func validate(_ name: String) throws(Failure) {
        do throws(GridlogError) {
            try ResourceName.validateTopic(name)
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    private static func known(_ topics: [Topic]) -> String {
        topics.isEmpty ? "it has none" : "it has \(topics.prefix(20).map(\.name).joined(separator: ", "))"
    }
}
