import Gridlog
import NIOCore
import NIOHTTP1

/// A receive that found nothing yet.
struct WaitingReceive {
    let head: HTTPRequestHead
    let subscription: EventSubscription
    let maxEvents: Int
    /// When the time that the client gave is over.
    let deadline: NIODeadline
    /// Answers with an empty list when the time is over; `nil` while the filter has more to look at.
    let timeout: Scheduled<Void>?
}
