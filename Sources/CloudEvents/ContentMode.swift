/// How an HTTP request carries events (HTTP protocol binding 1.0.2 section 3).
public enum ContentMode: Sendable, Hashable {
    /// One event as a JSON object.
    case structured
    /// Events as a JSON array.
    case batch
    /// One event: attributes in `ce-` headers, data in the body.
    case binary

    /// The mode that a Content-Type stands for: it begins with `application/cloudevents-batch`, else with
    /// `application/cloudevents`, else it is the type of the data. Case and parameters do not matter.
    ///
    /// Some clients send an array under the type of a single event. `EventScanner` goes by the first byte of the body,
    /// so treat `structured` and `batch` alike.
    public init(contentType: (some StringProtocol)?) {
        let text = contentType?.utf8.lazy.drop { $0 == ASCII.space || $0 == ASCII.tab }.map(ASCII.lowercased)
        guard let text, text.starts(with: "application/cloudevents".utf8) else {
            self = .binary
            return
        }
        self = text.starts(with: "application/cloudevents-batch".utf8) ? .batch : .structured
    }

    /// The mode of a request without a Content-Type is binary.
    public init(contentType: String?) {
        self.init(contentType: contentType.map { Substring($0) })
    }
}
