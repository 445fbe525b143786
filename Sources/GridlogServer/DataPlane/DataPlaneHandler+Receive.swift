import Gridlog
import NIOCore
import NIOHTTP1

/// Receiving, at once or by waiting.
extension DataPlaneHandler {
    func receive(_ request: DataPlaneRequest, _ subscription: EventSubscription) throws(ErrorAnswer) {
        let parameters = try ReceiveParameters(request.query)
        let wait = TimeAmount.seconds(Int64(parameters.maxWaitSeconds))
        try receive(request.head, subscription, parameters.maxEvents, until: .now() + wait)
    }

    func receiveAgain(_ waiting: WaitingReceive) {
        waiting.timeout?.cancel()
        do {
            try receive(waiting.head, waiting.subscription, waiting.maxEvents, until: waiting.deadline)
        } catch {
            answer(error, waiting.head)
        }
    }

    private func receive(
        _ head: HTTPRequestHead, _ subscription: EventSubscription, _ maxEvents: Int, until deadline: NIODeadline
    ) throws(ErrorAnswer) {
        guard let connection, let eventLoop else { return }
        let mayWait = deadline > .now() && !isQuiescing
        let events = try broker { () throws(GridlogError) in
            try subscription.receive(maxEvents: maxEvents, orWait: mayWait ? connection : nil)
        }
        guard events.isEmpty else { return try answer(events, head, subscription) }
        guard mayWait || events.isIncomplete else { return answerEmpty(head) }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        // While the filter has more to look at the time does not end: what is there is handed out.
        let timeout =
            events.isIncomplete ? nil : eventLoop.scheduleTask(deadline: deadline) { bound.value.stopWaiting() }
        state = .waiting(
            WaitingReceive(
                head: head, subscription: subscription, maxEvents: maxEvents, deadline: deadline, timeout: timeout))
        // Give other connections a turn, then go on.
        if events.isIncomplete { connection.wake() }
    }

    /// The time is over.
    private func stopWaiting() {
        guard case .waiting(let waiting) = state else { return }
        stop(waiting)
        answerEmpty(waiting.head)
    }

    /// Leaves the queue of the subscription.
    func stop(_ waiting: WaitingReceive) {
        waiting.timeout?.cancel()
        if let connection { waiting.subscription.stopWaiting(connection) }
    }

    private func answer(
        _ events: ReceivedEvents, _ head: HTTPRequestHead, _ subscription: EventSubscription
    ) throws(ErrorAnswer) {
        var body = allocator.buffer(capacity: 1_280 * events.count)
        body.writeStaticString(#"{"value":["#)
        var separator = Self.firstEvent
        try broker { () throws(GridlogError) in
            try events.forEach { event, lockToken, json in
                // One access to the buffer for an event: each checks and moves what is its own.
                let room = separator.utf8CodeUnitCount + lockToken.byteCount + json.byteCount + Self.eventRoom
                body.writeWithOutputRawSpan(minimumWritableBytes: room) { output in
                    output.append(separator)
                    output.append(lockToken)
                    output.append(#"","deliveryCount":"#)
                    output.append(decimal: event.deliveryCount)
                    output.append(#"},"event":"#)
                    output.append(json)
                }
                separator = Self.nextEvent
            }
        }
        body.writeStaticString("}]}")
        answer(body, head)
    }

    private static let firstEvent: StaticString = #"{"brokerProperties":{"lockToken":""#
    private static let nextEvent: StaticString = #"},{"brokerProperties":{"lockToken":""#
    /// What stands between the lock token and the event, with any delivery count, in bytes.
    private static let eventRoom = 64
}
