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
    public init(contentType: String?) {
        guard let contentType else {
            self = .binary
            return
        }
        let text = contentType.utf8.span
        var start = 0
        while start < text.count, text[start] == ASCII.space || text[start] == ASCII.tab { start += 1 }
        if Self.stands("application/cloudevents-batch", in: text, at: start) {
            self = .batch
        } else {
            self = Self.stands("application/cloudevents", in: text, at: start) ? .structured : .binary
        }
    }

    /// The mode that a Content-Type stands for.
    public init(contentType: (some StringProtocol)?) {
        self.init(contentType: contentType.map { String($0) })
    }

    /// Whether a word of lower-case letters stands at a place, in whatever case.
    private static func stands(_ word: StaticString, in text: Span<UInt8>, at start: Int) -> Bool {
        guard text.count - start >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount
        where unsafe ASCII.lowercased(text[start + index]) != word.utf8Start[index] { return false }
        return true
    }
}
