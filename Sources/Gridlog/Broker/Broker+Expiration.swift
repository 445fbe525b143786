import Storage

extension Broker {
    /// Notes which endpoints have not agreed in time to get events. What fails is tried again after the next round.
    func failOldValidations() {
        let now = environment.clock.wallTime
        for topic in topics {
            for subscription in topic.subscriptions where subscription.isPush {
                try? topic.failValidation(of: subscription, now)
            }
        }
    }

    /// Deletes event subscriptions whose expiration time has come. What fails is tried again after the next round.
    func deleteExpiredSubscriptions() {
        let now = environment.clock.wallTime
        for topic in topics {
            for subscription in topic.subscriptions where subscription.settings.hasExpired(at: now) {
                guard (try? topic.deleteExpired(subscription, now)) == true else { continue }
                options.onNotice(
                    BrokerNotice(
                        severity: .warning,
                        message:
                            "Topic '\(topic.name)': the event subscription '\(subscription.name)' was deleted, its "
                            + "expiration time has come."))
            }
        }
    }
}
