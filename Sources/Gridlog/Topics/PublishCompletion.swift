import EventLog

/// Who is told what became of a publish request. Called once, on the committer's thread; it must return quickly.
public protocol PublishCompletion: AnyObject, Sendable {
    /// The events are as durable as the topic promises.
    func publishDidSucceed()

    /// None of the events is answered for.
    func publishDidFail(_ error: GridlogError)
}

/// Tells a publisher what the log tells.
final class PublishTicket: AppendTicket {
    private let completion: any PublishCompletion

    init(_ completion: any PublishCompletion) {
        self.completion = completion
    }

    func appendDidCommit(firstSequence: UInt64) {
        completion.publishDidSucceed()
    }

    func appendDidFail(_ error: LogError) {
        completion.publishDidFail(GridlogError(error))
    }
}
