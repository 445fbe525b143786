/// Delivers events of push subscriptions: the seam between the broker and a protocol. The server's speaks HTTP.
public protocol PushTargets: Sendable {
    /// The target of an event subscription, made anew when its settings change.
    func target(_ settings: PushSettings, subscription: String, topic: String) -> any PushTarget

    /// Breaks off what is under way: targets say soon, on other threads, what came of it. Nothing is delivered after this. Blocking.
    func shutdown()
}

/// One endpoint.
public protocol PushTarget: AnyObject, Sendable {
    /// Delivers events in one request, and tells once what came of it, on any thread, within 30 s (contract, decision 30).
    func deliver(_ delivery: PushDelivery, completion: @escaping @Sendable (PushOutcome) -> Void)
}

/// One request to an endpoint.
public struct PushDelivery: Sendable {
    /// Names the event: the same at every attempt; or the events of a batch: the same whenever these go together.
    public let id: String
    /// How many attempts were made before.
    public let attempts: Int
    /// JSON: an event, or an array of events.
    public let body: [UInt8]
    /// Whether the body is an array.
    public let isBatch: Bool
    /// Whether nothing speaks for the endpoint: its last request failed, or this is the first. A target keeps such a request from
    /// holding up those to endpoints that answer.
    public let isTrial: Bool
    /// What the settings want in the headers beside those of the protocol.
    public let headers: [Header]

    /// A name and a value.
    public struct Header: Sendable, Hashable {
        /// The name, as it was set.
        public let name: String
        /// The value: text without control characters.
        public let value: String

        /// Joins both.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Joins its parts.
    public init(id: String, attempts: Int, body: [UInt8], isBatch: Bool, isTrial: Bool, headers: [Header]) {
        self.id = id
        self.attempts = attempts
        self.body = body
        self.isBatch = isBatch
        self.isTrial = isTrial
        self.headers = headers
    }
}

/// What came of one request.
public enum PushOutcome: Sendable, Hashable {
    /// The endpoint answered.
    case answered(status: Int, retryAfterSeconds: Int? = nil)
    /// No whole answer within the limit.
    case timedOut
    /// No connection, or one that broke.
    case connectionFailed
    /// The host's name is unknown.
    case unknownHost
    /// The address that the host's name stands for may not be connected to.
    case forbiddenAddress
}
