import EventLog

/// A server that has many requests under way on few threads: asked and told so that waking a thread is done once for many of them.
public protocol CommitObserver: AnyObject, Sendable {
    /// Completions are going to be called, until ``answersDidEnd()``, which follows within the time that calling them takes. On the
    /// thread that commits; completions that are called meanwhile on other threads belong to no run.
    func answersWillBegin()

    /// That was the last one for now.
    func answersDidEnd()

    /// Something was published or settled on this thread while the one that commits slept. `call` wakes it, and must be called: at once,
    /// or when this thread has handed over what else it has at hand.
    func gather(_ call: @escaping @Sendable () -> Void)
}

extension Broker {
    /// Asks and tells an observer from now on, which is not kept alive, in place of the one before.
    public func observeCommits(_ observer: any CommitObserver) {
        committer.observe(
            CommitterHooks(
                answersWillBegin: { [weak observer] in observer?.answersWillBegin() },
                answersDidEnd: { [weak observer] in observer?.answersDidEnd() },
                gather: { [weak observer] call in
                    if let observer { observer.gather(call) } else { call() }
                }))
    }
}
