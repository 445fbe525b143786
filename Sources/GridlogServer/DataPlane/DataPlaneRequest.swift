import Gridlog
import HTTPTypes
import NIOCore

/// A data-plane request whose body is being read.
struct DataPlaneRequest {
    let head: HTTPRequest
    let operation: Operation
    let topic: Topic
    /// Nil for publish.
    let subscription: EventSubscription?
    var body: Publication

    /// The query of the request target.
    var query: QueryParameters { QueryParameters(path: Substring(head.path ?? "")) }
}
