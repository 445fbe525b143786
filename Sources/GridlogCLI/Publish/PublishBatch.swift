/// The events of one request, as they came, within ``PublishLimits``.
struct PublishBatch {
    /// `[` and the events, separated by commas; the closing bracket is added by ``body``.
    private var bytes: [UInt8] = [UInt8(ascii: "[")]
    /// How many events it holds.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Takes an event of at most ``PublishLimits/bytes``.
    ///
    /// - Returns: false when it does not fit beside the others; an empty batch takes every event.
    mutating func add(_ event: ArraySlice<UInt8>) -> Bool {
        let separator = isEmpty ? 0 : 1
        let closing = 1
        if !isEmpty {
            guard count < PublishLimits.events,
                bytes.count + separator + event.count + closing <= PublishLimits.bytes
            else { return false }
            bytes.append(UInt8(ascii: ","))
        }
        bytes.append(contentsOf: event)
        count += 1
        return true
    }

    /// The request's body: a single event stands alone, so that one of exactly the limit fits.
    var body: [UInt8] {
        count == 1 ? Array(bytes.dropFirst()) : bytes + [UInt8(ascii: "]")]
    }

    var contentType: String {
        let mediaType = count == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json"
        return mediaType + "; charset=utf-8"
    }
}
