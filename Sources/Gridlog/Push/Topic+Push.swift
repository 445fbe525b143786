import Storage

extension Topic {
    /// The owner of a push subscription's endpoint has opened the URL that the endpoint was sent (contract 3.6): events are delivered from
    /// now on. Durable when it returns.
    ///
    /// - Returns: false when there is no such event subscription, the code is another one, or its time is over.
    public func confirmEndpoint(ofSubscription name: String, code: String) throws(GridlogError) -> Bool {
        try changes.withLock { _ throws(GridlogError) in
            guard let subscription = subscription(name),
                case .awaitingManualAction(code, let until)? = subscription.settings.push?.validation,
                environment.clock.wallTime < until
            else { return false }
            try setValidation(.succeeded, of: subscription)
            return true
        }
    }

    /// Notes that an endpoint has not agreed in time.
    func failValidation(of subscription: EventSubscription, _ now: UInt64) throws(GridlogError) {
        try changes.withLock { _ throws(GridlogError) in
            guard self.subscription(subscription.name) === subscription,
                case .awaitingManualAction(_, let until)? = subscription.settings.push?.validation, until <= now
            else { return }
            try setValidation(.failed, of: subscription)
        }
    }

    private func setValidation(
        _ validation: EndpointValidation, of subscription: EventSubscription
    ) throws(GridlogError) {
        var settings = subscription.settings
        settings.push?.validation = validation
        try replaceSettings(of: subscription, settings, try context)
    }
}

extension EventSubscription {
    /// Writes into the catalog that deliveries pause. When that fails, the next opening tries the endpoint once more.
    func savePause() {
        guard let topic = context.owner?.topic(context.name) else { return }
        topic.changes.withLock { _ in
            // An update that came meanwhile has ended the pause.
            guard let reason = pauseReason else { return }
            try? topic.changeEntry(of: self) { $0.pauseReason = reason }
        }
    }
}
