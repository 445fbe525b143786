import NIOCore

/// A publish request whose bytes are made once. Before it is sent again only the digits of the events' ids are written.
struct PublishRequest {
    /// The request, head and body.
    private(set) var bytes: ByteBuffer
    /// Events in it.
    let count: Int
    /// Bytes of its body.
    let bodyBytes: Int
    private let firstDigits: Int
    private let stride: Int

    /// Decimal digits of an event's number in its id, so that every event has the same length.
    static let digits = 12
    /// The number of an event, at most.
    static let numberMax = 999_999_999_999

    /// - Parameters:
    ///   - count: events in the request; one event is sent by itself, more as a batch.
    ///   - event: how each of them looks.
    init(to target: BenchTarget, count: Int, event: BenchEvent) {
        let isBatch = count > 1
        var body = ByteBufferAllocator().buffer(capacity: Self.bodyBytes(count: count, eventBytes: event.bytes))
        if isBatch { body.writeStaticString("[") }
        for index in 0..<count {
            if index > 0 { body.writeStaticString(",") }
            body.writeString(event.text)
        }
        if isBatch { body.writeStaticString("]") }
        let head = target.head(
            path: ["topics", target.topic], verb: "publish",
            contentType: "application/cloudevents\(isBatch ? "-batch" : "")+json; charset=utf-8",
            bodyBytes: body.readableBytes)
        bytes = ByteBuffer(string: head)
        firstDigits = bytes.writerIndex + (isBatch ? 1 : 0) + event.digitsOffset
        stride = event.bytes + 1
        bodyBytes = body.readableBytes
        bytes.writeBuffer(&body)
        self.count = count
    }

    /// Gives the events the numbers from `first` on. O(events), without a copy once the request was sent.
    mutating func number(from first: Int) {
        bytes.withUnsafeMutableReadableBytes { bytes in
            for index in 0..<count {
                var rest = first + index
                var place = firstDigits + index * stride + Self.digits
                for _ in 0..<Self.digits {
                    place -= 1
                    bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
            }
        }
    }

    /// Bytes of a request body with `count` events of `eventBytes` each.
    static func bodyBytes(count: Int, eventBytes: Int) -> Int {
        count > 1 ? count * (eventBytes + 1) + 1 : eventBytes
    }
}
