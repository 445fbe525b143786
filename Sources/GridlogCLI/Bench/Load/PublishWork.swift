/// Publishes batches until the events of the run are used up.
struct PublishWork: BenchWork {
    private let target: BenchTarget
    private let event: BenchEvent
    private let budget: EventBudget
    private var request: PublishRequest
    /// The last request of a run may be smaller.
    private var last: PublishRequest?
    private var count = 0

    init(to target: BenchTarget, event: BenchEvent, batch: Int, budget: EventBudget) {
        self.target = target
        self.event = event
        self.budget = budget
        request = PublishRequest(to: target, count: batch, event: event)
    }

    var beginsAnew: Bool { true }

    mutating func next() -> BenchRequest? {
        count = budget.take(request.count)
        if count == 0 { return nil }
        let first = budget.number(count)
        if count == request.count {
            request.number(from: first)
            return BenchRequest(operation: .publish, bytes: request.bytes)
        }
        var smaller = PublishRequest(to: target, count: count, event: event)
        smaller.number(from: first)
        last = smaller
        return BenchRequest(operation: .publish, bytes: smaller.bytes)
    }

    mutating func finish(_ answer: Answer) -> BenchOutcome {
        let bytes = last?.bodyBytes ?? request.bodyBytes
        last = nil
        if answer.status == 200 { return .done(events: count, bytes: bytes) }
        budget.giveBack(count)
        return .unsuccessful(answer)
    }
}
