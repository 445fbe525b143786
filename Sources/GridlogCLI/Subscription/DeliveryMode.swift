/// How events come to those who want them.
enum DeliveryMode: String {
    /// Receivers fetch them.
    case queue = "Queue"
    /// They are sent to a webhook.
    case push = "Push"

    /// The mode of an event subscription, given as the server shows it.
    init(of subscription: JSONText) {
        let word = subscription["properties"]?["deliveryConfiguration"]?["deliveryMode"]?.string
        self = word.flatMap(DeliveryMode.init) ?? .queue
    }

    /// The member of `deliveryConfiguration` that has its settings.
    var member: String { rawValue.lowercased() }
}
