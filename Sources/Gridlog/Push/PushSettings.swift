/// How a push subscription delivers: to a webhook, as CloudEvents.
public struct PushSettings: Sendable, Hashable, Codable {
    /// How many events a request may hold.
    public static let batchEvents = 1...5_000
    /// How long a request of several events should be at most, in KiB.
    public static let batchKilobytes = 1...1_024
    /// How often an event may be delivered by the schedule of custom topics.
    public static let basicDeliveryCounts = 1...30
    /// How many delivery attributes there may be.
    public static let deliveryAttributesMax = 10
    /// How many signing secrets there may be: two while one replaces the other.
    public static let signingSecretsMax = 2

    /// Where events are sent. Its query and its user information are secrets: ``endpointBaseURL`` may be shown.
    public var endpointURL: String
    /// How many events a request holds at most: ``batchEvents``; `nil` is one, unless ``preferredBatchKilobytes`` is set.
    public var maxEventsPerBatch: Int?
    /// How long a request should be at most, in KiB: ``batchKilobytes``. One event that is longer is sent alone.
    public var preferredBatchKilobytes: Int?
    /// Headers of every request.
    public var deliveryAttributes: [DeliveryAttribute]
    /// How long a retry waits.
    public var retrySchedule: RetrySchedule
    /// Secrets of the Standard Webhooks signature, `whsec_` and base64 of 24 to 64 bytes; none: requests are not signed.
    public var signingSecrets: [String]
    /// Whether the endpoint has agreed to get events. Nothing is delivered before.
    public var validation: EndpointValidation

    /// Settings of a webhook that gets one event a request, unsigned, and has agreed.
    public init(endpointURL: String) {
        self.endpointURL = endpointURL
        deliveryAttributes = []
        retrySchedule = .namespace
        signingSecrets = []
        validation = .succeeded
    }

    /// Scheme, host, port and path of the endpoint: what may be shown (contract, decision 31).
    public var endpointBaseURL: String {
        let base = endpointURL.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = base.firstRange(of: "://") else { return String(base) }
        let rest = base[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(base) }
        return String(base[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }

    func validate() throws(GridlogError) {
        guard endpointURL.hasPrefix("https://") || endpointURL.hasPrefix("http://") else {
            throw GridlogError(.invalidArgument, "The endpoint URL must begin with https:// or http://.")
        }
        if let count = maxEventsPerBatch, !Self.batchEvents.contains(count) {
            throw GridlogError(
                .invalidArgument,
                "maxEventsPerBatch is \(count); it must be from \(Self.batchEvents.lowerBound) to "
                    + "\(Self.batchEvents.upperBound).")
        }
        if let size = preferredBatchKilobytes, !Self.batchKilobytes.contains(size) {
            throw GridlogError(
                .invalidArgument,
                "preferredBatchSizeInKilobytes is \(size); it must be from \(Self.batchKilobytes.lowerBound) to "
                    + "\(Self.batchKilobytes.upperBound).")
        }
        guard deliveryAttributes.count <= Self.deliveryAttributesMax, signingSecrets.count <= Self.signingSecretsMax
        else {
            throw GridlogError(
                .invalidArgument,
                "There may be \(Self.deliveryAttributesMax) delivery attributes and \(Self.signingSecretsMax) signing "
                    + "secrets at most.")
        }
        for attribute in deliveryAttributes {
            guard case .field(let field) = attribute.value, FilterKey(field) == nil else { continue }
            throw GridlogError(
                .invalidArgument,
                "The delivery attribute '\(attribute.name)' takes its value from '\(field)', which is no place in an event; "
                    + "name an attribute such as 'subject', or a path such as 'data.customer.id'.")
        }
    }

    /// Whether a request may hold several events; then it is a batch, also of one.
    public var isBatched: Bool { maxEventsPerBatch != nil || preferredBatchKilobytes != nil }
}
