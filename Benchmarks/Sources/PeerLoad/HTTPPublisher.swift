/// Gridlog, or a server that answers `{}`: one request with a batch of events, then its answer.
final class HTTPPublisher: Client {
    private static let digits = 6

    private let connection: Connection
    private let batch: Int
    private let topics: Int
    private var topic: Int
    private var request: [UInt8]
    /// Where the topic's number stands in the request, if there are several topics.
    private let number: Int?

    init(_ options: Options, index: Int) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        topics = options.topics
        topic = options.topics * index / options.connections
        let event = eventText(size: options.size)
        let isBatch = options.batch > 1
        let body = Array((0..<options.batch).map { _ in event }.joined(separator: [0x2C]))
        let parts = options.path.split(separator: "{}", maxSplits: 1, omittingEmptySubsequences: false)
        request = httpRequest(
            "\(parts.joined(separator: String(repeating: "0", count: Self.digits))):publish?api-version=2024-06-01",
            type: isBatch ? "application/cloudevents-batch+json" : "application/cloudevents+json",
            body: isBatch ? [0x5B] + body + [0x5D] : body)
        number = parts.count > 1 ? "POST ".utf8.count + parts[0].utf8.count : nil
    }

    func exchange() throws -> Int {
        if let number { nextTopic(at: number) }
        try connection.send(request)
        _ = try connection.httpBody()
        return batch
    }

    func finish() throws -> Int { 0 }

    private func nextTopic(at number: Int) {
        var rest = topic
        for digit in (0..<Self.digits).reversed() {
            request[number + digit] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        topic = (topic + 1) % topics
    }
}
