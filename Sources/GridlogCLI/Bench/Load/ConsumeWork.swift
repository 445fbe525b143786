import NIOCore

/// Receives events and acknowledges them, in turn.
struct ConsumeWork: BenchWork {
    private let target: BenchTarget
    private let budget: EventBudget
    private let batch: Int
    private let wait: Int
    /// More events may come; when that is over, an empty answer ends the work.
    private let isFed: @Sendable () -> Bool
    private let receive: ReceiveRequest
    private var acknowledge: AcknowledgeRequest
    private var phase = Phase.receiving
    /// Events that this connection took from the budget and did not acknowledge yet.
    private var taken = 0
    private var wasFed = true

    private enum Phase {
        case receiving, acknowledging, ended
    }

    /// - Parameter wait: seconds that the server may wait for the first event of an answer.
    init(
        from target: BenchTarget, batch: Int, wait: Int, budget: EventBudget, isFed: @escaping @Sendable () -> Bool
    ) {
        self.target = target
        self.batch = batch
        self.wait = wait
        self.budget = budget
        self.isFed = isFed
        receive = ReceiveRequest(to: target, count: batch, wait: wait)
        acknowledge = AcknowledgeRequest(to: target)
    }

    var beginsAnew: Bool { phase == .receiving }

    mutating func next() -> BenchRequest? {
        switch phase {
        case .ended: return nil
        case .acknowledging: return BenchRequest(operation: .acknowledge, bytes: acknowledge.bytes)
        case .receiving:
            taken = budget.take(batch)
            if taken == 0 { return nil }
            // Asked before the request is sent: what is published later wakes the receiver.
            wasFed = isFed()
            let request = taken == batch ? receive : ReceiveRequest(to: target, count: taken, wait: wait)
            return BenchRequest(operation: .receive, bytes: request.bytes)
        }
    }

    mutating func finish(_ answer: Answer) -> BenchOutcome {
        switch phase {
        case .receiving: finishReceive(answer)
        case .acknowledging: finishAcknowledge(answer)
        case .ended: .done(events: 0, bytes: 0)
        }
    }

    private mutating func finishReceive(_ answer: Answer) -> BenchOutcome {
        guard answer.status == 200 else {
            budget.giveBack(taken)
            return .unsuccessful(answer)
        }
        do throws(CommandFailure) {
            try acknowledge.take(from: answer.body)
        } catch {
            return .failed(error)
        }
        let count = acknowledge.count
        guard count <= taken else {
            return .failed(AnswerHead.failure("it has \(count) events, and \(taken) were asked for"))
        }
        budget.giveBack(taken - count)
        if count > 0 {
            phase = .acknowledging
        } else if !wasFed {
            phase = .ended
        }
        return .done(events: count, bytes: answer.body.readableBytes)
    }

    private mutating func finishAcknowledge(_ answer: Answer) -> BenchOutcome {
        guard answer.status == 200 else { return .unsuccessful(answer) }
        phase = .receiving
        let succeeded = acknowledge.succeeded(in: answer.body)
        // What was not acknowledged comes back one day, and is not waited for.
        return .done(events: succeeded, lost: acknowledge.count - succeeded, bytes: acknowledge.tokens.readableBytes)
    }
}
