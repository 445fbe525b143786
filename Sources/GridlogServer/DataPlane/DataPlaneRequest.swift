import Gridlog
import NIOCore
import NIOHTTP1

/// A data-plane request whose body is being read.
struct DataPlaneRequest {
    let head: HTTPRequestHead
    let operation: Operation
    let topic: Topic
    /// Nil for publish.
    let subscription: EventSubscription?
    var body: Publication

    /// The query of the request target.
    var query: QueryParameters { QueryParameters(path: head.target) }
}
