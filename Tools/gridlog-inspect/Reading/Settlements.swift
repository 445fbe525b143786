import DeliveryIndex
import EventLog

/// What a frame of settlements says.
struct Settlements {
    /// One run: consecutive events to which the same happened.
    struct Line {
        let subscription: UInt32
        let run: SettlementRun

        /// In nanoseconds since 1970.
        private var until: UInt64 { run.until.multipliedReportingOverflow(by: 1_000_000).partialValue }

        /// What happened, in a word or a few.
        var operation: String {
            switch run.operation {
            case .delivered: "delivered"
            case .acknowledged: "acknowledged"
            case .rejected: "rejected"
            case .released: "released"
            case .expired: "expired"
            case .rejectedPending: "rejected, to be dead-lettered"
            case .expiredPending: "expired, to be dead-lettered"
            case .exhaustedPending: "at its last delivery, to be dead-lettered"
            }
        }

        /// The same for people, who may not know that one word stands for two.
        var words: String { run.operation == .rejected ? Self.rejectedWords : operation }

        /// An event that is not to be dead-lettered leaves the same record either way.
        static let rejectedWords = "rejected or dropped"

        func text(_ time: TimeText) -> String {
            var text = "subscription \(subscription): \(run.first)"
            if run.count > 1 { text += " to \(run.end - 1)" }
            text += " \(words), delivery \(run.deliveryCount)"
            if run.until > 0 { text += ", not before \(time(until))" }
            return text
        }

        func json(_ time: TimeText) -> [UInt8] {
            var line = JSONLine()
            line.add("subscription", subscription)
            line.add("firstSequence", run.first)
            line.add("count", run.count)
            line.add("operation", operation)
            line.add("deliveryCount", run.deliveryCount)
            if run.until > 0 { line.add("until", time(until)) }
            return line.object
        }
    }

    let lines: [Line]
    /// Why the frame cannot be understood.
    let fault: RecordFault?

    init(_ frame: LogFrame) {
        var lines: [Line] = []
        do {
            let payload = frame.payload
            for group in try SettlementGroup.groups(in: payload) {
                for run in try group.runs(in: payload) {
                    lines.append(Line(subscription: group.subscription, run: run))
                }
            }
            fault = nil
        } catch {
            fault = error
        }
        self.lines = lines
    }
}
