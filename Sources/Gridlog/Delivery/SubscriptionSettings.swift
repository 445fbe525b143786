/// How an event subscription behaves.
public struct SubscriptionSettings: Sendable, Hashable, Codable {
    /// How long a received event may be locked, in seconds.
    public static let lockSeconds = 1...300
    /// How often an event may be delivered.
    public static let deliveryCounts = 1...10

    /// How long a received event is locked, in seconds: ``lockSeconds``.
    public var receiveLockDurationInSeconds: Int
    /// How often an event is delivered at most: ``deliveryCounts``.
    public var maxDeliveryCount: Int
    /// How long an event may be delivered after it was published, in seconds: from 60 up to the topic's retention.
    /// `nil` means 7 days, or the topic's retention when that is shorter.
    public var eventTimeToLiveInSeconds: Int?
    /// The event types that it gets, compared without regard to case; `nil` or none means all.
    public var includedEventTypes: [String]?
    /// What else an event must be: at most 25 filters, which together have at most 25 values; `nil` or none means nothing.
    public var filters: [FilterCondition]?

    /// When the event subscription is deleted, in nanoseconds since 1970, to within a second or two; `nil` for never.
    public var expirationTime: UInt64?

    /// Where events go that cannot be delivered; `nil`: they are dropped.
    public var deadLetter: DeadLetterDestination?
    /// Delivery mode `Push`: how events are pushed; `nil`: receivers fetch them, delivery mode `Queue`.
    public var push: PushSettings?

    /// Settings with the defaults of Event Grid: delivery mode `Queue`, without a dead-letter destination.
    public init(
        receiveLockDurationInSeconds: Int = 60, maxDeliveryCount: Int = 10, eventTimeToLiveInSeconds: Int? = nil,
        includedEventTypes: [String]? = nil, filters: [FilterCondition]? = nil, expirationTime: UInt64? = nil
    ) {
        self.receiveLockDurationInSeconds = receiveLockDurationInSeconds
        self.maxDeliveryCount = maxDeliveryCount
        self.eventTimeToLiveInSeconds = eventTimeToLiveInSeconds
        self.includedEventTypes = includedEventTypes
        self.filters = filters
        self.expirationTime = expirationTime
    }

    var eventFilter: EventFilterSettings {
        EventFilterSettings(includedEventTypes: includedEventTypes, filters: filters)
    }

    func hasExpired(at now: UInt64) -> Bool {
        expirationTime.map { $0 <= now } ?? false
    }

    /// - Parameter now: wall time in nanoseconds.
    func validate(in topic: TopicSettings, now: UInt64) throws(GridlogError) {
        guard !hasExpired(at: now) else {
            throw GridlogError(.invalidArgument, "Invalid expiration time: it must lie in the future.")
        }
        guard Self.lockSeconds.contains(receiveLockDurationInSeconds) else {
            throw GridlogError(
                .invalidArgument,
                "receiveLockDurationInSeconds is \(receiveLockDurationInSeconds); it must be from "
                    + "\(Self.lockSeconds.lowerBound) to \(Self.lockSeconds.upperBound).")
        }
        let counts = push?.retrySchedule == .basic ? PushSettings.basicDeliveryCounts : Self.deliveryCounts
        guard counts.contains(maxDeliveryCount) else {
            throw GridlogError(
                .invalidArgument,
                "maxDeliveryCount is \(maxDeliveryCount); it must be from \(counts.lowerBound) to \(counts.upperBound)."
            )
        }
        try validateTimeToLive(in: topic)
        try push?.validate()
        try eventFilter.validate()
    }

    private func validateTimeToLive(in topic: TopicSettings) throws(GridlogError) {
        guard let seconds = eventTimeToLiveInSeconds else { return }
        guard seconds >= 60, push != nil || seconds >= receiveLockDurationInSeconds else {
            throw GridlogError(
                .invalidArgument,
                "eventTimeToLive is \(seconds) s; it must be at least a minute and not below the lock duration.")
        }
        guard seconds <= topic.retentionInSeconds else {
            throw GridlogError(
                .invalidArgument,
                "eventTimeToLive is \(seconds) s; it must not exceed the topic's retention of "
                    + "\(topic.eventRetentionInDays) days.")
        }
    }
}
