/// What is measured: a server, a topic of it, and an event subscription when events are received.
struct BenchTarget: Sendable {
    let address: BrokerAddress
    let key: String?
    let topic: String
    /// Nil when nothing is received.
    let subscription: String?
    /// Made for this run, and deleted after it.
    let isOwn: Bool

    /// A name that no other run has.
    static func newName() -> String {
        let random = String(UInt32.random(in: .min ... .max), radix: 16)
        return "bench-" + String(repeating: "0", count: 8 - random.count) + random
    }

    /// The head of a request, up to the empty line.
    func head(
        path: [String], verb: String, query: [(name: String, value: String)] = [], contentType: String? = nil,
        bodyBytes: Int
    ) -> String {
        headBeforeLength(path: path, verb: verb, query: query, contentType: contentType) + "\(bodyBytes)\r\n\r\n"
    }

    /// The head of a request up to where the number of body bytes comes.
    func headBeforeLength(
        path: [String], verb: String, query: [(name: String, value: String)] = [], contentType: String?
    ) -> String {
        let url = address.url(path: path, verb: verb, query: [BrokerClient.apiVersion] + query)
        var head = "POST \(url.dropFirst(address.origin.count)) HTTP/1.1\r\nhost: \(address.authority)\r\n"
        if let key { head += "authorization: SharedAccessKey \(key)\r\n" }
        if let contentType { head += "content-type: \(contentType)\r\n" }
        return head + "content-length: "
    }

    /// The path of the event subscription.
    var subscriptionPath: [String] { ["topics", topic, "eventsubscriptions", subscription ?? ""] }
}
