import Gridlog

/// A change of topics or event subscriptions that failed: after a restart it may be found done.
enum DoubtfulChange {
    case createTopic(String, TopicSettings)
    case updateTopic(String, TopicSettings)
    /// With the number of its events: nothing may be answered any more.
    case deleteTopic(String, events: Int)
    case createSubscription(Place, BrokerModel.Subscription)
    case updateSubscription(Place, BrokerModel.Subscription)
    case deleteSubscription(Place)
    /// With the first sequence that it would be about.
    case createHook(String, start: UInt64)
}
