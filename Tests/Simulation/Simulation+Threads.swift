import Gridlog
import TestSupport

/// What the broker's threads do, and the clocks that they look at.
extension Simulation {
    /// One cycle of the committer, or a few.
    func commit() throws {
        let cycles = number(1...3)
        trace.add("commit, \(cycles) cycles")
        for _ in 0..<cycles { try runCommitter() }
        try checkWaiters()
    }

    func runCommitter() throws {
        broker?.runCommitter()
        try committerDidRun()
    }

    /// After a cycle, the model knows what is on the disk for sure.
    ///
    /// - Parameter isWhole: it was one for all logs, whether they had something to commit or not.
    func committerDidRun(isWhole: Bool = true) throws {
        let wall = clock.wallTime
        for (name, topic) in model.topics where topic.latest < wall { model.topics[name]?.latest = wall }
        let answered = try takeAnswers()
        // Delivery counts that find no room are given up; nobody is told.
        if mayRefuse {
            forEachSubscription { subscription in
                let slots = subscription.slots
                subscription.unsynced = subscription.unsynced.filter {
                    slots[$0]?.allSatisfy { $0.now.token == nil } ?? false
                }
            }
        }
        for (name, topic) in model.topics {
            let isWell = !disk.isOff && broker?.topic(name)?.problem == nil
            let isDue = isWhole && isWell && topic.unsyncedSince.map { now >= $0 + 50 } ?? false
            // At level `durable` an answer says so itself, whatever came after it.
            guard isDue || (!topic.isWritten && answered.contains(topic.id)) else { continue }
            model.topics[name]?.synced(withCounts: isWell)
        }
    }

    /// What is to be made ready; and a round, if it is time for one: retention, reviewing, packing, scrubbing.
    func housekeep() throws {
        trace.add("housekeeping")
        // Packing runs a cycle of the committer, or not: what is due to be synced must not depend on that.
        if model.topics.values.contains(where: { $0.unsyncedSince.map { now >= $0 + 50 } ?? false }) {
            try runCommitter()
        }
        let isRound = clock.bootTime >= nextRound
        broker?.runHousekeeping()
        if isRound {
            nextRound = clock.bootTime + Self.roundNanoseconds
            for name in model.topics.keys.sorted() {
                let isWell = broker?.topic(name)?.problem == nil
                let before = model.topics[name]?.expired.lowerBound ?? 0
                model.topics[name]?.expire(wall: clock.wallTime, isSure: isWell)
                result.expired += Int((model.topics[name]?.expired.lowerBound ?? 0) - before)
            }
        }
        try committerDidRun(isWhole: false)
    }

    /// Long enough for the retention to end.
    func letHoursPass() throws {
        let hours = pick([1, 5, 13, 25, 25]) ?? 1
        trace.add("\(hours) h pass")
        clock.advance(by: .seconds(hours * 3_600))
        if chance(3, in: 4) { try housekeep() }
    }

    func advanceClock() {
        let milliseconds =
            pick([1, 7, 20, 60, 60, 150, 1_000, 31_000, 31_000, 300_000, 3_700_000]) ?? 1
        trace.add("\(milliseconds) ms pass")
        clock.advance(by: .milliseconds(milliseconds))
        if chance(1, in: 2) { broker?.runTimers() }
    }

    /// As an administrator does, or daylight saving that went wrong (R36).
    func stepWallClock() {
        let hours = pick([-24, -24, -1, 1, 24, 24]) ?? 24
        trace.add("the wall clock steps by \(hours) h")
        clock.stepWall(by: .seconds(hours * 3_600))
        drift += UInt64(abs(hours)) * 3_600_000
        // What is queued may be appended at that time, too.
        for name in model.topics.keys {
            for position in model.topics[name]?.pending.indices ?? 0..<0 {
                let known = model.topics[name]?.pending[position].earliest ?? 0
                model.topics[name]?.pending[position].earliest = min(known, clock.wallTime)
            }
        }
    }

    func forEachSubscription(_ body: (inout BrokerModel.Subscription) -> Void) {
        for topic in model.topics.keys {
            for name in model.topics[topic]?.subscriptions.keys.sorted() ?? [] {
                // Taken out meanwhile, so that nothing is copied.
                guard var subscription = model.topics[topic]?.subscriptions.removeValue(forKey: name) else { continue }
                body(&subscription)
                model.topics[topic]?.subscriptions[name] = subscription
            }
        }
    }

    /// Brings what was answered to the model, in the order in which it was.
    ///
    /// - Returns: the topics of which something succeeded.
    @discardableResult
    func takeAnswers() throws -> Set<UInt64> {
        var topics: Set<UInt64> = []
        let answers = mailbox.takeAll()
        // What was refused, for want of room most often, is not in the log; it is answered after its group.
        for case .publish(let number, let error?) in answers where error.code != .unavailable {
            _ = try publishWasAnswered(number, error)
        }
        for answer in answers {
            switch answer {
            case .publish(let number, let error):
                if let topic = try publishWasAnswered(number, error) { topics.insert(topic) }
            case .settle(let number, let outcomes):
                if let topic = try settleWasAnswered(number, outcomes) { topics.insert(topic) }
            }
        }
        return topics
    }
}
