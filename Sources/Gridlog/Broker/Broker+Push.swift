import Storage

/// Push delivery: the broker locks and settles, targets of another module speak to the endpoints.
extension Broker {
    /// Begins to deliver the events of push subscriptions. Until then, and after ``stopPushing()``, they wait.
    public func startPushing(_ targets: any PushTargets) throws(GridlogError) {
        let dispatcher = PushDispatcher(clock: environment.clock)
        if environment.hasThreads {
            try GridlogError.converting { () throws(StorageError) in try dispatcher.start() }
        }
        pushing.withLock { $0 = Pushing(dispatcher: dispatcher, targets: targets) }
        for topic in topics {
            for subscription in topic.subscriptions where subscription.isPush { push(subscription) }
        }
    }

    /// Sends nothing more. What is under way is answered for if its target tells, else delivered again when its lock ends.
    public func stopPushing() {
        let pushing = pushing.withLock { pushing in
            defer { pushing = nil }
            return pushing
        }
        guard let pushing else { return }
        for topic in topics {
            for subscription in topic.subscriptions where subscription.isPush { subscription.stopPushing() }
        }
        pushing.dispatcher.stop()
    }

    /// Begins to push a subscription's events by its settings, in place of what was before.
    func push(_ subscription: EventSubscription) {
        guard subscription.isPush, let pushing = pushing.withLock({ $0 }) else { return }
        subscription.startPushing(pushing.dispatcher, pushing.targets)
    }
}

/// What pushes.
struct Pushing: Sendable {
    let dispatcher: PushDispatcher
    let targets: any PushTargets
}
