/// The topic, event subscription and operation that a request target names.
///
/// It is read from its end, so that a client may keep any path prefix of its endpoint (contract 1.1):
/// `/ns1/topics/orders:publish` names the same as `/topics/orders:publish`. Of several readings the longest holds.
/// The words are compared whatever their case, empty segments are passed over, and names are percent-decoded.
///
/// | path | topic | subscription | isCollection | operation |
/// |---|---|---|---|---|
/// | `/topics` | | | yes | |
/// | `/topics/t` | t | | | |
/// | `/topics/t:publish` | t | | | publish |
/// | `/topics/t/eventsubscriptions` | t | | yes | |
/// | `/topics/t/eventsubscriptions/s` | t | s | | |
/// | `/topics/t/eventsubscriptions/s:receive` | t | s | | receive |
/// | `/topics/t/eventsubscriptions/s/events` | t | s | yes | |
/// | `/topics/t/eventsubscriptions/s/getFullUrl` | t | s | | getFullUrl |
struct ResourcePath: Equatable {
    /// Nil for the collection of all topics.
    private(set) var topic: String?
    private(set) var subscription: String?
    /// The resource is all topics, all event subscriptions of the topic, or events of the subscription.
    private(set) var isCollection = false
    /// What follows the `:` of the last segment, as it was sent. Empty when nothing follows. For a few it is the last segment
    /// itself: see ``isAction(_:)``.
    private(set) var operation: Substring?

    /// Nil when the path has none of these forms, or a name in it cannot be decoded.
    /// - Parameter path: a request target; a query in it is ignored.
    init?(path: Substring) {
        var rest = path.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard let last = Self.popLastSegment(&rest) else { return nil }
        let second = Self.popLastSegment(&rest)
        let third = Self.popLastSegment(&rest)
        let fourth = Self.popLastSegment(&rest)
        let fifth = Self.popLastSegment(&rest)

        if let second, let fourth, third?.isWord("eventsubscriptions") == true, fifth?.isWord("topics") == true,
            last.isWord("events") || Self.isAction(last)
        {
            guard let topic = PercentCoding.decode(fourth), let name = PercentCoding.decode(second) else { return nil }
            self.topic = topic
            self.subscription = name
            if last.isWord("events") { isCollection = true } else { operation = last }
        } else if let second, let third, second.isWord("eventsubscriptions"), fourth?.isWord("topics") == true {
            guard let topic = PercentCoding.decode(third), let name = splitOperation(last) else { return nil }
            self.topic = topic
            self.subscription = name
        } else if let second, last.isWord("eventsubscriptions"), third?.isWord("topics") == true {
            guard let topic = PercentCoding.decode(second) else { return nil }
            self.topic = topic
            self.isCollection = true
        } else if second?.isWord("topics") == true {
            guard let name = splitOperation(last) else { return nil }
            self.topic = name
        } else if last.isWord("topics") {
            self.isCollection = true
        } else {
            return nil
        }
    }

    /// The operations of an event subscription that stand in a segment of their own: those of Azure's resource manager (contract 2.1), and
    /// that of the link that an endpoint's owner opens.
    private static func isAction(_ segment: Substring) -> Bool {
        segment.isWord("getfullurl") || segment.isWord("getdeliveryattributes") || segment.isWord("validate")
    }

    /// Cuts the operation off the last segment, and returns the name before it.
    private mutating func splitOperation(_ segment: Substring) -> String? {
        if let colon = segment.utf8.lastIndex(of: UInt8(ascii: ":")) {
            operation = segment[segment.index(after: colon)...]
            return PercentCoding.decode(segment[..<colon])
        }
        // Some clients encode the colon as well; no name can contain one.
        guard let decoded = PercentCoding.decode(segment) else { return nil }
        guard let colon = decoded.utf8.lastIndex(of: UInt8(ascii: ":")) else { return decoded }
        operation = decoded[decoded.index(after: colon)...]
        return String(decoded[..<colon])
    }

    /// Takes the last segment that is not empty.
    private static func popLastSegment(_ path: inout Substring.UTF8View) -> Substring? {
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        guard !path.isEmpty else { return nil }
        let start = path.lastIndex(of: UInt8(ascii: "/")).map { path.index(after: $0) } ?? path.startIndex
        defer { path = path[..<start] }
        return Substring(path[start...])
    }
}
