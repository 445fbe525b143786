/// Publishes events in as few requests as the limits allow, in their order, one request after the other.
struct Publisher {
    private let client: BrokerClient
    private let topic: String
    private var batch = PublishBatch()
    /// Events that the server answered for.
    private(set) var published = 0

    init(client: BrokerClient, topic: String) {
        self.client = client
        self.topic = topic
    }

    /// Takes an event, or the entry of a file of dead-lettered ones; sends those before it when it does not fit beside them.
    mutating func add(_ object: ArraySlice<UInt8>) async throws(CommandFailure) {
        let event = DeadLetterEntry.event(in: object)
        if batch.add(event) { return }
        try await flush()
        _ = batch.add(event)
    }

    /// Sends what is waiting.
    mutating func flush() async throws(CommandFailure) {
        if batch.isEmpty { return }
        do {
            try await client.publish(topic: topic, batch: batch)
        } catch {
            // The server counts from the request's start; the user from the input's.
            if published == 0 { throw error }
            throw error.noting("the request begins with event \(published) of the input, counted from 0")
        }
        published += batch.count
        batch = PublishBatch()
    }
}
