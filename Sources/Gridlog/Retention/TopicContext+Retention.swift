import DeliveryIndex
import EventLog
import Storage

/// How long events stay: until they are settled everywhere, and never longer than the topic's retention.
extension TopicContext {
    private var situation: SegmentReview.Situation {
        let (subscriptions, pin) = registered
        return SegmentReview.Situation(
            subscriptions: subscriptions, pinnedFrom: pin ?? .max, expiredBelow: retirement.withLock { $0.goneBelow }
        )
    }

    /// A segment will not grow any more; its events may all be settled already.
    func didSeal(_ segment: SegmentSummary) {
        review.withLock { $0.add(segment) }
        reviewSegments()
    }

    /// Gives up the segments that these events were the last open ones of. Called after the settlement is in the log.
    func didSettle(_ settlement: Settlement) {
        release { $0.isEmpty ? [] : $0.segments(freedBy: settlement) { situation } }
    }

    /// Gives up every segment that nobody needs. O(segments).
    func reviewSegments() {
        release { $0.freedSegments(situation) }
    }

    /// Under the lock of the review, so that no event subscription begins between the decision and the moment from which on the
    /// log passes these segments.
    private func release(_ decide: (inout SegmentReview) -> Set<UInt64>) {
        review.withLock { review in
            let segments = decide(&review)
            if !segments.isEmpty { log.release(segments) }
        }
    }

    /// How long events are kept at most, in seconds.
    func setRetention(seconds: Int) {
        retirement.withLock { $0.retention = UInt64(seconds) * 1_000_000_000 }
    }

    /// The first event that is not past the topic's retention, of those that the log holds.
    var earliest: UInt64 { max(log.firstSequence, retirement.withLock { $0.expiredBelow }) }

    /// Settles what is past the retention as expired in every event subscription; ``reviewSegments()`` gives up its segments then (R33).
    /// O(log events), and O(events that expire).
    func enforceRetention() {
        let now = clock.wallTime
        let retention = retirement.withLock { $0.retention }
        guard now > retention, log.firstSequence < log.tail else { return }
        let subscriptions = registered.subscriptions.values
        let cutoff = firstSequence(appendedAtOrAfter: now - retention)
        var gone = cutoff
        if subscriptions.contains(where: { $0.settings.deadLetter != nil }) {
            let longest = retention + DeadLetterProgress.patience
            gone = now > longest ? firstSequence(appendedAtOrAfter: now - longest) : log.firstSequence
        }
        retirement.withLock { $0.expire(below: cutoff, goneBelow: gone) }
        // Also when nothing more has expired: a dead-letter destination may have been taken away. O(1) each then.
        for subscription in subscriptions {
            subscription.expire(below: subscription.settings.deadLetter == nil ? cutoff : gone)
        }
    }

    /// Of a segment that is damaged there, the first: its events expire with its last one. Nobody needs them yet.
    private func firstSequence(appendedAtOrAfter time: UInt64) -> UInt64 {
        do throws(LogError) {
            return try log.sequence(appendedAtOrAfter: time)
        } catch {
            let sealed = log.sealedSegments.first { $0.lastTime >= time }
            noteDamage(error, segment: sealed?.id)
            return sealed?.sequences.lowerBound ?? log.firstSequence
        }
    }
}

/// What a topic's retention has taken away.
struct Retirement {
    /// In nanoseconds.
    var retention: UInt64
    /// Every event below is past the retention. Never goes back, though the clock may.
    private(set) var expiredBelow: UInt64 = 0
    /// Every event below is settled as expired in every event subscription. Lower when there are dead-letter destinations: an event past
    /// the retention may still wait for its copy.
    private(set) var goneBelow: UInt64 = 0

    init(retention: UInt64) {
        self.retention = retention
    }

    mutating func expire(below sequence: UInt64, goneBelow gone: UInt64) {
        expiredBelow = max(expiredBelow, sequence)
        goneBelow = max(goneBelow, gone)
    }
}
