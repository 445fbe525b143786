import DeliveryIndex
import EventLog
import Storage

/// For whoever opened the broker without threads: what the threads would do, and what a test may look at.
extension Broker {
    /// One cycle of the committer.
    package func runCommitter() {
        _ = committer.runCycle(waiting: false)
    }

    /// Makes the next segments ready.
    package func runHousekeeping() {
        _ = housekeeper.runOnce(waiting: false)
    }

    /// Calls those whose deadline has passed.
    package func runTimers() {
        _ = timers.runOnce(waiting: false)
    }

    /// Lets push subscriptions work.
    package func runPush() {
        _ = pushing.withLock { $0 }?.dispatcher.runOnce(waiting: false)
    }

    /// Lets go of everything as a process that is killed does: nothing is written, nobody is answered.
    package func abandon() {
        committer.abandon()
        for topic in topics {
            topic.abandon()
            remove(topic)
        }
    }
}

extension Topic {
    fileprivate func abandon() {
        guard let context = openedContext else { return }
        context.housekeeper.forget(context)
        context.letGo()
    }

    /// The events that were given up though older ones are still there. O(1) when there are none.
    package var gaps: [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        while let gap = openedContext?.log.gap(atOrAfter: gaps.last?.upperBound ?? 0) { gaps.append(gap) }
        return gaps
    }
}

extension EventSubscription {
    /// What the index contradicts itself in, one line each; empty if all is well. O(window).
    package func audit() -> [String] {
        state.withLock { $0.index.audit() }
    }

    /// Another one for every index that was made again of the log. O(1).
    package var epoch: UInt32 {
        state.withLock { $0.index.epoch }
    }

    /// Whether nobody gets an event any more: it is settled, or waits for its dead-letter copy. O(1).
    package func hasEnded(_ sequence: UInt64) -> Bool {
        let state = state.withLock { $0.index.state(of: sequence) }
        return state == .settled || state == .deadLetterPending
    }

    /// Whether the index holds an event for settled. O(1).
    package func isSettled(_ sequence: UInt64) -> Bool {
        state.withLock { $0.index.state(of: sequence) == .settled }
    }
}
