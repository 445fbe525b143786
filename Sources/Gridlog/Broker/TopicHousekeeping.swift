import EventLog
import Storage

/// What is done for one topic in the background, round after round, on the housekeeper's thread.
final class TopicHousekeeping: Sendable {
    /// A segment is compressed when its newest event has waited this long, in nanoseconds: consumers that keep up never meet a
    /// compressed one.
    static let coldAfter: UInt64 = 60_000_000_000
    /// Every sealed segment is read once in this time, in nanoseconds, unless there is more than a round can read.
    static let scrubEvery: UInt64 = 86_400_000_000_000
    /// How much of a topic's sealed segments a round reads, in bytes.
    private static let scrubBytes = 4 << 20

    /// After a packing that failed the next one waits, in nanoseconds: on a full disk it would take the last blocks again and again.
    private static let packAgainAfter: UInt64 = 600_000_000_000

    /// How much of what was given up goes at a time, in bytes.
    private static let freedBytes = 4 << 20

    private struct State {
        var hasEnded = false
        /// When a segment may be packed again, in boot time.
        var packsFrom: UInt64 = 0
        /// The segment that is being read.
        var pass: ScrubPass?
    }

    let context: TopicContext
    /// Held during the round of the topic, so that ``end()`` waits for it.
    private let state = Guarded(State())

    init(_ context: TopicContext) {
        self.context = context
    }

    /// Waits until nothing is done any more, and lets nothing begin.
    func end() {
        state.withLock { $0.hasEnded = true }
    }

    /// One round.
    func run(packs: Bool) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            context.enforceRetention()
            for subscription in context.subscriptions.values {
                subscription.lapse()
                subscription.copyDeadLetters()
            }
            // What filters passed over was settled without anybody being told.
            context.reviewSegments()
            if packs, state.packsFrom <= context.clock.bootTime { pack(&state.packsFrom) }
            scrub(&state.pass)
        }
    }

    /// How many bytes that were given up the file system does not have back yet; `nil` when nothing is left to do.
    var releasedBytes: Int? { context.log.releasedBytes }

    /// Gives the file system back a part of what was given up.
    func freeSpace() {
        state.withLock { state in
            guard !state.hasEnded else { return }
            context.log.freeReleasedSpace(atMost: Self.freedBytes)
        }
    }

    /// What fails is tried again later: a full disk. A log that failed fences itself.
    private func pack(_ packsFrom: inout UInt64) {
        do throws(LogError) {
            _ = try context.log.packNextColdSegment(olderThan: Self.coldAfter)
        } catch {
            packsFrom = context.clock.bootTime + Self.packAgainAfter
            guard error.code == .damaged else { return }
            context.noteDamage(error, segment: error.segment)
        }
    }

    private func scrub(_ pass: inout ScrubPass?) {
        guard var current = pass ?? nextPass() else { return }
        do throws(LogError) {
            _ = try context.log.scrub(&current, bytes: Self.scrubBytes)
        } catch {
            context.noteDamage(error, segment: current.segment)
        }
        pass = current.isFinished ? nil : current
    }

    private func nextPass() -> ScrubPass? {
        let next = context.log.beginScrub()
        guard let verified = next?.lastVerified, context.clock.bootTime - verified < Self.scrubEvery else {
            return next
        }
        return nil
    }
}
