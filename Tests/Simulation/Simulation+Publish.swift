import CloudEvents
import Gridlog
import Storage
import TestSupport

extension Simulation {
    /// Queues one event, or a batch; it is answered when the committer has run.
    func publish() {
        if let (name, topic) = pickTopic() { publish(to: topic, name) }
    }

    func publish(to topic: Topic, _ name: String) {
        let isStructured = chance(1, in: 2)
        let count = isStructured ? 1 : isBulky && chance(1, in: 4) ? 1_000 : number(1...20)
        let size = count == 1_000 ? 0 : chance(1, in: 20) ? number(5_000...60_000) : number(0...400)
        requests += 1
        let events = (0..<count).map { _ in makeEvent(size: size) }
        let publication = Publication(capacity: events.reduce(2) { $0 + $1.json.count + 1 })
        publication.add(isStructured ? "" : "[")
        for (position, event) in events.enumerated() {
            if position > 0 { publication.add(", ") }
            publication.append(event.json.span.bytes)
        }
        publication.add(isStructured ? "" : "]")
        trace.add("publish \(requests) to \(name): \(count) events of \(size) B")
        model.topics[name]?.pending.append(
            BrokerModel.Request(number: requests, events: events, earliest: clock.wallTime))
        result.published += count
        do throws(GridlogError) {
            try topic.publish(publication, scanner: &scanner, completion: Reply(requests, to: mailbox))
        } catch {
            mailbox.put(.publish(number: requests, error))
        }
    }

    private func makeEvent(size: Int) -> BrokerModel.Event {
        eventsMade += 1
        let type = pick(Self.eventTypes) ?? ""
        var json = Array(#"{"specversion":"1.0","id":"\#(eventsMade)","source":"/s","type":"\#(type)","data":""#.utf8)
        json.append(contentsOf: repeatElement(UInt8(ascii: "x"), count: size))
        json.append(contentsOf: #""}"#.utf8)
        return BrokerModel.Event(id: eventsMade, type: type, json: json)
    }

    /// - Returns: the topic, if it succeeded.
    func publishWasAnswered(_ number: Int, _ error: GridlogError?) throws -> UInt64? {
        guard
            let name = model.topics.keys.first(where: { name in
                model.topics[name]?.pending.contains { $0.number == number } ?? false
            })
        else { return nil }
        guard let error else {
            try model.topics[name]?.published(number, wall: clock.wallTime)
            noteUnsynced(name)
            return model.topics[name]?.id
        }
        try accept(error, of: "publish \(number)")
        // Where nothing was written, nothing can be found later.
        if error.code != .unavailable {
            model.topics[name]?.pending.removeAll { $0.number == number }
        }
        return nil
    }
}

extension Publication {
    fileprivate func add(_ text: String) {
        append(text.utf8.span.bytes)
    }
}
