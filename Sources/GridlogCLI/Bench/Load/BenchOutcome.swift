/// What an answer says.
enum BenchOutcome {
    /// The request was done for this many events; for `lost` lock tokens it was not.
    /// - Parameter bytes: of the body that carried the events or tokens.
    case done(events: Int, lost: Int = 0, bytes: Int)
    /// The server cannot do it now; the same may succeed later.
    case refused(status: Int)
    /// No request like this one will succeed.
    case failed(CommandFailure)

    /// What an answer with another status than 200 says.
    static func unsuccessful(_ answer: Answer) -> BenchOutcome {
        let failure = BrokerClient.refusal(status: answer.status, body: answer.body)
        let mayPass = failure.status == .retryable || (500..<600).contains(answer.status)
        return mayPass ? .refused(status: answer.status) : .failed(failure)
    }
}
