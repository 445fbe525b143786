import Gridlog
import HTTPTypes
import NIOCore

/// A receive that found nothing yet.
struct WaitingReceive {
    let head: HTTPRequest
    let subscription: EventSubscription
    let maxEvents: Int
    /// When the time that the client gave is over.
    let deadline: NIODeadline
    /// Answers with an empty list when the time is over; `nil` while the filter has more to look at.
    let timeout: Scheduled<Void>?
}
