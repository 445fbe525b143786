import Gridlog

/// What differs between a topic of one store and that of the same name in another.
struct TopicDifference: Encodable {
    struct Subscription: Encodable {
        let subscription: String
        /// `a` or `b`, if only one has it.
        var onlyIn: String?
        var settledOnlyInA = SequenceRanges()
        var settledOnlyInB = SequenceRanges()

        var isSame: Bool { onlyIn == nil && settledOnlyInA.isEmpty && settledOnlyInB.isEmpty }
    }

    let topic: String
    /// `a` or `b`, if only one has it.
    private(set) var onlyIn: String?
    private(set) var eventsCompared = 0
    private(set) var eventsOnlyInA = SequenceRanges()
    private(set) var eventsOnlyInB = SequenceRanges()
    private(set) var eventsThatDiffer = SequenceRanges()
    private(set) var subscriptions: [Subscription] = []
    /// What could not be read, and so not be compared.
    private(set) var problemsInA: [String] = []
    private(set) var problemsInB: [String] = []

    init(_ topic: String, onlyIn side: String) {
        self.topic = topic
        onlyIn = side
    }

    /// Walks through both logs in step. O(bytes).
    init(_ a: DiffSide, _ b: DiffSide) {
        topic = a.entry.name
        let (nextOfA, nextOfB) = (a.events(), b.events())
        var shared: [Subscription] = a.names.intersection(b.names).sorted().map { Subscription(subscription: $0) }
        var (left, right) = (nextOfA(), nextOfB())
        while left != nil || right != nil {
            let (first, second) = (left?.sequence ?? .max, right?.sequence ?? .max)
            if let left, let right, first == second {
                eventsCompared += 1
                if !Self.areSame(left, right) { eventsThatDiffer.add(first) }
                for position in shared.indices { Self.compare(left, right, a, b, &shared[position]) }
            } else if first < second {
                eventsOnlyInA.add(first)
            } else {
                eventsOnlyInB.add(second)
            }
            if first <= second { left = nextOfA() }
            if second <= first { right = nextOfB() }
        }
        let missing =
            a.names.subtracting(b.names).map { Subscription(subscription: $0, onlyIn: "a") }
            + b.names.subtracting(a.names).map { Subscription(subscription: $0, onlyIn: "b") }
        subscriptions = (shared + missing).filter { !$0.isSame }.sorted { $0.subscription < $1.subscription }
        (problemsInA, problemsInB) = (a.problems, b.problems)
    }

    var isSame: Bool {
        onlyIn == nil && eventsOnlyInA.isEmpty && eventsOnlyInB.isEmpty && eventsThatDiffer.isEmpty
            && subscriptions.isEmpty && problemsInA.isEmpty && problemsInB.isEmpty
    }

    private static func areSame(_ a: EventWalk.Event, _ b: EventWalk.Event) -> Bool { a.json == b.json }

    private static func compare(
        _ left: EventWalk.Event, _ right: EventWalk.Event, _ a: DiffSide, _ b: DiffSide, _ result: inout Subscription
    ) {
        guard let inA = a.isSettled(left, result.subscription), let inB = b.isSettled(right, result.subscription),
            inA != inB
        else { return }
        if inA { result.settledOnlyInA.add(left.sequence) } else { result.settledOnlyInB.add(left.sequence) }
    }

    func show() {
        guard !isSame else { return Output.line("\(topic): the same, \(SizeText.count(eventsCompared, "event"))") }
        if let onlyIn { return Output.line("\(topic): only in \(onlyIn.uppercased())") }
        Output.line("\(topic): different, \(SizeText.count(eventsCompared, "event")) in both")
        Self.show("only in A", eventsOnlyInA)
        Self.show("only in B", eventsOnlyInB)
        Self.show("with other JSON", eventsThatDiffer)
        for each in subscriptions {
            let name = "subscription \(each.subscription)"
            if let side = each.onlyIn { Output.line("  \(name): only in \(side.uppercased())") }
            Self.show("\(name): settled only in A", each.settledOnlyInA)
            Self.show("\(name): settled only in B", each.settledOnlyInB)
        }
        for problem in problemsInA { Output.line("  damaged in A: \(problem)") }
        for problem in problemsInB { Output.line("  damaged in B: \(problem)") }
    }

    private static func show(_ what: String, _ ranges: SequenceRanges) {
        if !ranges.isEmpty { Output.line("  \(what): \(ranges.text)") }
    }
}
