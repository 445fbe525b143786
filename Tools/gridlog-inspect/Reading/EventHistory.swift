import DeliveryIndex
import EventLog
import Gridlog

/// What the log says of one event, and how it stands now.
struct EventHistory: Encodable {
    /// Something that a frame says.
    struct Step: Encodable {
        let time: String
        let file: String
        let segment: UInt64
        /// Of the frame in the segment.
        let offset: Int
        /// `published`, or what a settlement says.
        let operation: String
        /// The same for people.
        var words: String
        var subscription: String?
        var deliveryCount: Int?
        /// Before which it is not delivered again.
        var until: String?
        /// Of the frame that it was published in: all its events.
        var frameFirstSequence: UInt64?
        var frameEvents: Int?
        /// The only event subscription that it is for, when it was put back.
        var addressee: String?

        private enum CodingKeys: CodingKey {
            case time, file, segment, offset, operation, subscription, deliveryCount, until
            case frameFirstSequence, frameEvents, addressee
        }
    }

    struct Standing: Encodable {
        let subscription: String
        /// One of `StateName`, or `settled`, `refused`, `beforeStart`, `gone`.
        let state: String
        let deliveryCount: Int
        /// When its lock or its delay ends.
        var until: String?
        /// How it was settled, if that is known.
        var settledAs: String?
        /// Of an event that was not reached: whether the filter lets it pass.
        var passesFilter: Bool?
    }

    let topic: String
    let sequence: UInt64
    var id: String?
    var source: String?
    var type: String?
    /// Whether the event is still in the log.
    var isInLog = false
    var steps: [Step] = []
    var subscriptions: [Standing] = []
    /// Where history was lost.
    var lost: [String] = []

    /// What no frame says.
    static let notRecorded = [
        "the end of a lock, and its renewal",
        "who received or settled it",
        "what a filter refused",
        "the end of its time to live or of the retention, before it was delivered for the first time",
        "what stood in segments that were given up or cannot be read",
    ]

    init(topic: String, sequence: UInt64) {
        self.topic = topic
        self.sequence = sequence
    }
}
