import CloudEvents
import Gridlog
import Storage
import TestSupport

/// What cannot be delivered is at its destination before it is settled (R36), and what is past its time to live is not handed out.
extension Simulation {
    static let deadLetterPath = "/dead"

    /// Notes when the broker gives copies up.
    var options: BrokerOptions {
        var options = BrokerOptions()
        options.onNotice = { [gaveUpCopies] notice in
            if notice.message.contains("events are dropped") { gaveUpCopies.withLock { $0 = true } }
        }
        return options
    }

    /// Time has passed, or the wall clock was set.
    func noteLapses() {
        let wall = clock.wallTime
        for name in model.topics.keys {
            guard let topic = model.topics[name] else { continue }
            for subscription in topic.subscriptions.keys {
                model.topics[name]?.subscriptions[subscription]?.noteLapses(topic, wall: wall)
            }
        }
    }

    /// Every event that ended for good without an acknowledgement is in a file.
    func checkCopies(
        of subscription: EventSubscription, _ known: BrokerModel.Subscription, _ topic: BrokerModel.Topic
    ) throws {
        guard known.alwaysDeadLetters, !gaveUpCopies.withLock({ $0 }) else { return }
        let there = copiedIDs()
        for (position, event) in topic.events.enumerated() {
            let sequence = UInt64(position + 1)
            guard subscription.isSettled(sequence), known.needsCopy(sequence, event) else { continue }
            try demand(
                there.contains("\(event.id)"),
                "event \(sequence) of \(subscription.name) ended, and there is no copy of it")
        }
    }

    /// The ids of all events at the destination. Reads the files that are new.
    func copiedIDs() -> Set<String> {
        func read(_ path: String) {
            if let names = try? disk.names(in: path) {
                for name in names { read("\(path)/\(name)") }
            } else if path.hasSuffix(".json"), copies[path] == nil, let bytes = try? disk.liveBytes(path) {
                copies[path] = Self.ids(in: String(decoding: bytes, as: UTF8.self))
            }
        }
        read(Self.deadLetterPath)
        return copies.values.reduce(into: []) { $0.formUnion($1) }
    }

    /// The ids of the events in a file of copies.
    private static func ids(in text: String) -> Set<String> {
        var ids: Set<String> = []
        var rest = text[...]
        while let start = rest.firstRange(of: #""id":""#) {
            rest = rest[start.upperBound...]
            ids.insert(String(rest.prefix { $0 != "\"" }))
        }
        return ids
    }

    /// At the end everything that waits for its copy gets it.
    func finishCopies() throws {
        // A time to live ends, a refusal is over, and each time a batch of a hundred or two is copied.
        var waiting = Int.max
        for round in 0... {
            clock.advance(by: .seconds(301))
            try housekeep()
            try runCommitter()
            try runCommitter()
            let pending = subscriptions.reduce(0) { $0 + $1.subscription.counters.deadLetterPending }
            // What a round brings no nearer stays.
            if round >= 3, pending == 0 || pending >= waiting { break }
            waiting = pending
        }
        for (topic, name, subscription) in subscriptions {
            result.deadLettered += subscription.counters.deadLettered
            let pending = subscription.counters.deadLetterPending
            try demand(pending == 0, "\(pending) events of \(topic)/\(name) still wait for their copies")
        }
        try audit()
    }
}
