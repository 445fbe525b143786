import CloudEvents
import Gridlog
import HTTPTypes
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}/events` (contract, decision 32)
    func events(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        guard request.method == .get else { throw ErrorAnswer.wrongMethod(allowed: [.get]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        let query = QueryParameters(path: Substring(request.head.path ?? ""))
        let state = try query["state"].map { word throws(ErrorAnswer) in try Self.state(word) }
        let first = try query.number("from", in: 1...Int.max) ?? 1
        let limits = 1...EventSubscription.peekedEventsMax
        let limit = try query.number("top", in: limits) ?? limits.upperBound
        // Dead-lettered ones are read from the disk.
        let peeked =
            state == .deadLettered
            ? try await changing { try subscription.peek(state, from: UInt64(first), limit: limit) }
            : try subscription.peek(state, from: UInt64(first), limit: limit)
        var bytes = Array(#"{"value":["#.utf8)
        for (position, event) in peeked.events.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += #"{"brokerProperties":"#.utf8
            bytes += event.brokerProperties.bytes
            bytes += #","event":"#.utf8
            bytes += event.json
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
        if let next = peeked.next {
            let link = Page.link(
                request.head, [state.map { "state=\($0.rawValue)" }, "from=\(next)", "top=\(limit)"].compactMap { $0 })
            bytes += #","nextLink":"#.utf8
            bytes += JSONValue.string(link).bytes
        }
        bytes.append(UInt8(ascii: "}"))
        return Response(json: bytes)
    }

    private static func state(_ word: String) throws(ErrorAnswer) -> PeekedEvents.State {
        guard let state = PeekedEvents.State(rawValue: word) else {
            let known = PeekedEvents.State.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw ErrorAnswer(.badRequest, "'state' is '\(word)'; it must be one of \(known).")
        }
        return state
    }
}

extension PeekedEvents.Event {
    fileprivate var brokerProperties: JSONValue {
        var object: JSONObject = [
            "sequence": .integer(Int(clamping: sequence)), "state": .string(state.rawValue),
            "deliveryCount": .integer(deliveryCount),
            "publishedAt": .string(Timestamp.text(nanosecondsSince1970: publishedAt)),
        ]
        if let deadLetterReason { object["deadLetterReason"] = .string(deadLetterReason) }
        if let until { object["until"] = .string(Timestamp.text(nanosecondsSince1970: until)) }
        return .object(object)
    }
}
