/// Whom the events of a frame are for (EventLog/FORMAT.md section 2, addressee): an event subscription by its id, or one of these.
enum EventAddress {
    /// Every event subscription of the topic.
    static let everybody: UInt32 = 0
    /// No event subscription: what the broker keeps for itself. No subscription gets that id.
    static let nobody = UInt32.max
}
