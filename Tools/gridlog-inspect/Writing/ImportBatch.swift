import CloudEvents
import Dispatch
import Gridlog
import Storage

/// Events on their way into a topic, published at once.
struct ImportBatch {
    let topic: Topic
    /// The number of the line that its first event came from.
    let firstLine: Int
    private var body: [UInt8] = [UInt8(ascii: "[")]
    private(set) var count = 0

    private static let bytesMax = 1 << 20
    private static let eventsMax = EventLimits().eventsPerRequestMax

    init(_ topic: Topic, firstLine: Int) {
        self.topic = topic
        self.firstLine = firstLine
    }

    mutating func add(_ event: [UInt8]) {
        if count > 0 { body.append(UInt8(ascii: ",")) }
        body += event
        count += 1
    }

    var isFull: Bool { count >= Self.eventsMax || body.count >= Self.bytesMax }

    /// Publishes all of them, or none; returns when they are as durable as the topic promises.
    func publish(_ scanner: inout EventScanner) throws(GridlogError) {
        let publication = Publication(capacity: body.count + 1)
        publication.append(body.span.bytes)
        publication.append([UInt8(ascii: "]")].span.bytes)
        let waiting = Waiting()
        try topic.publish(publication, scanner: &scanner, completion: waiting)
        waiting.done.wait()
        if let error = waiting.error.withLock({ $0 }) { throw error }
    }

    private final class Waiting: PublishCompletion {
        let done = DispatchSemaphore(value: 0)
        let error = Guarded<GridlogError?>(nil)

        func publishDidSucceed() { done.signal() }

        func publishDidFail(_ error: GridlogError) {
            self.error.withLock { $0 = error }
            done.signal()
        }
    }
}
