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

/// A receive that found nothing yet.
struct WaitingReceive {
    let head: HTTPRequest
    let subscription: EventSubscription
    let maxEvents: Int
    /// When the time that the client gave is over.
    let deadline: NIODeadline
    /// Answers with an empty list when the time is over.
    let timeout: Scheduled<Void>
}

/// What a receive asks for (contract 1.2).
struct ReceiveParameters {
    var maxEvents = 1
    var maxWaitSeconds = DataPlane.waitSecondsDefault

    init(_ query: QueryParameters) throws(ErrorAnswer) {
        maxEvents = try Self.number(
            query["maxevents"], "maxEvents", 1...EventSubscription.receivedEventsMax, default: maxEvents)
        maxWaitSeconds = try Self.number(
            query["maxwaittime"], "maxWaitTime", 0...DataPlane.waitSecondsMax, default: maxWaitSeconds)
    }

    private static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>, default: Int
    ) throws(ErrorAnswer) -> Int {
        guard let text else { return `default` }
        guard let number = Int(text), range.contains(number) else {
            throw ErrorAnswer(
                .badRequest,
                "\(name) is '\(text)'; it must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
