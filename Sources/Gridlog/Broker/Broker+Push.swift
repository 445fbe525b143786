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

    /// Requests under way have this long to be answered, then the targets break them off; in nanoseconds.
    private static let answersPatience: UInt64 = 2_000_000_000

    /// Sends nothing more, and settles what endpoints say of the requests under way within two seconds. The others are broken off: their
    /// events are delivered again by the retry schedule. Blocking, for three seconds at most.
    public func stopPushing() {
        let pushing = pushing.withLock { pushing in
            defer { pushing = nil }
            return pushing
        }
        guard let pushing else { return }
        for topic in topics {
            for subscription in topic.subscriptions where subscription.isPush { subscription.stopPushing() }
        }
        if environment.hasThreads {
            pushing.dispatcher.waitUntilAnswered(nanoseconds: Self.answersPatience)
            pushing.targets.shutdown()
            pushing.dispatcher.waitUntilAnswered(nanoseconds: Self.answersPatience / 2)
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
