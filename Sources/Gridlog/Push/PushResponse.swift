/// What becomes of an event after one request, by the tables of contract 3.2 and 3.3.
struct PushResponse: Equatable {
    enum Action: Equatable {
        case acknowledge
        /// Again, but not before so many seconds.
        case retry(atLeastSeconds: UInt64)
        /// Never again: the endpoint will not take this event.
        case reject
        /// As reject, and nothing more is sent until the event subscription is updated (contract, decision 29).
        case stop
    }

    let action: Action
    /// Event Grid's word for it.
    let outcome: String
    /// How long an endpoint that only fails is left alone, in seconds; `nil`: it says nothing about the endpoint's health.
    let probationSeconds: UInt64?

    /// How long the endpoint asks for no request at all, in seconds (CloudEvents HTTP web hooks, section 2.2).
    let pauseSeconds: UInt64

    /// A wait that an answer asks for is obeyed up to this, in seconds.
    private static let retryAfterSecondsMax: UInt64 = 43_200

    init(_ outcome: PushOutcome, _ schedule: RetrySchedule) {
        switch outcome {
        case .timedOut: self.init(.retry(atLeastSeconds: schedule.floor), "TimedOut", probation: 10)
        case .connectionFailed: self.init(.retry(atLeastSeconds: schedule.floor), "SocketError", probation: 30)
        case .unknownHost: self.init(.retry(atLeastSeconds: schedule.floor), "ResolutionError", probation: 300)
        case .forbiddenAddress: self.init(.retry(atLeastSeconds: schedule.floor), "Forbidden", probation: 300)
        case .answered(let status, let retryAfter):
            self.init(status: status, schedule)
            guard case .retry(let seconds) = action, let retryAfter else { return }
            let wanted = min(UInt64(max(retryAfter, 0)), Self.retryAfterSecondsMax)
            self.init(
                .retry(atLeastSeconds: max(seconds, wanted)), self.outcome, probation: probationSeconds, pause: wanted)
        }
    }

    private init(_ action: Action, _ outcome: String, probation: UInt64?, pause: UInt64 = 0) {
        pauseSeconds = pause
        self.action = action
        self.outcome = outcome
        probationSeconds = probation
    }

    private init(status: Int, _ schedule: RetrySchedule) {
        func retry(_ seconds: UInt64) -> Action { .retry(atLeastSeconds: schedule == .basic ? seconds : 0) }
        let isBasic = schedule == .basic
        switch status {
        case 200...204: self.init(.acknowledge, "Delivered", probation: nil)
        case 400: self.init(.reject, "BadRequest", probation: nil)
        case 401: self.init(.reject, "Unauthorized", probation: 300)
        case 403: self.init(.reject, "Forbidden", probation: 300)
        case 404: self.init(isBasic ? retry(300) : .reject, "NotFound", probation: 300)
        case 408: self.init(retry(120), "TimedOut", probation: 10)
        case 410: self.init(.stop, "Disabled", probation: nil)
        case 413: self.init(.reject, "PayloadTooLarge", probation: nil)
        case 414: self.init(isBasic ? retry(10) : .reject, "BadRequest", probation: nil)
        case 429: self.init(retry(10), "Busy", probation: 10)
        case 503: self.init(retry(30), "Busy", probation: 10)
        case 504: self.init(retry(10), "TimedOut", probation: 10)
        default: self.init(retry(10), "Aborted", probation: 10)
        }
    }
}

extension RetrySchedule {
    /// The shortest wait that any failure has, in seconds.
    fileprivate var floor: UInt64 { self == .basic ? 10 : 0 }
}
