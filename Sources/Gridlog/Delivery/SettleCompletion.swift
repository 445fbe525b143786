/// Who is told what became of a settle request. Called once, possibly on the committer's thread; it must return quickly.
public protocol SettleCompletion: AnyObject, Sendable {
    /// One outcome for each token, in the order of the request.
    func settleDidFinish(_ outcomes: [SettleOutcome])

    /// Nothing was settled; the locks are as they were.
    func settleDidFail(_ error: GridlogError)
}
