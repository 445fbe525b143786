/// Somebody who waits for events of a subscription.
public protocol ReceiveWaiter: AnyObject, Sendable {
    /// There may be something to receive: call ``EventSubscription/receive(maxEvents:orWait:)`` again, with the same waiter.
    ///
    /// Called on any thread; it must return at once. After it the waiter does not wait any more.
    func wake()
}
