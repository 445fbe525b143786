import Gridlog
import TestSupport

/// Ends and beginnings of the process.
extension Simulation {
    func kill() throws { try crash(cutsPower: false) }

    func cutPower() throws { try crash(cutsPower: true) }

    /// The process is killed, or the power fails; then the broker is opened again.
    func crash(cutsPower: Bool) throws {
        try takeAnswers()
        survivors = subscriptions.map { (Place(topic: $0.topic, subscription: $0.name), $0.subscription.epoch) }
        end(cutsPower: cutsPower)
        try reopen()
    }

    private func end(cutsPower: Bool) {
        countDiskCalls()
        waiters.removeAll()
        // What the endpoint was sent and has not answered nobody waits for any more.
        _ = endpoint.takeWaiting()
        _ = endpoint.takeArrived()
        abandon()
        disk.repair()
        isStrained = isStrained || isFaulty
        settling.removeAll()
        let (before, drift) = (now, drift)
        forEachSubscription { $0.crashed { $0.killed(at: before, drift: drift) } }
        guard cutsPower else {
            trace.add("KILLED")
            result.kills += 1
            return disk.processDied()
        }
        result.powerCuts += 1
        callsSeen = 0
        let seed = random.next()
        let survival: Survival = seed % 8 == 0 ? .everything : seed % 8 == 1 ? .nothing : .seeded(seed)
        trace.add("THE POWER FAILS, \(seed)")
        disk = disk.powerCut(survival)
        copies.removeAll()
        survivors.removeAll()
        clock.reboot()
        let boot = now
        for name in model.topics.keys { model.topics[name]?.powerCut() }
        forEachSubscription { $0.crashed { $0.rebuilt(at: before, rebootedAt: boot, drift: drift) } }
        self.drift = 0
    }

    /// Opens the broker until it serves. The first attempts may meet faults, and crash again.
    func reopen() throws {
        var attempts = 0
        while true {
            attempts += 1
            prepareAttempt(attempts)
            nextRound = clock.bootTime + Self.roundNanoseconds
            do throws(GridlogError) {
                broker = try Broker(environment, options)
            } catch {
                try accept(error, of: "opening")
            }
            if let broker, !disk.isOff, broker.health.isReady { break }
            for problem in broker?.health.problems ?? [] { trace.add("  \(problem)") }
            try demand(mayRefuse, "topics do not serve: \(broker?.health.problems ?? [])")
            end(cutsPower: chance(1, in: 2))
        }
        guard let broker else { return }
        // A fault that was met and overcome may still show: the catalog is not written any more after a failed sync.
        isFaulty = isFaulty && disk.faultsLeft == 0
        disk.repair()
        isOpenedFull = disk.spaceLimit != nil
        try reconcile(broker)
    }

    private func prepareAttempt(_ attempt: Int) {
        isFaulty = false
        guard attempt < 4 else {
            disk.spaceLimit = nil
            return
        }
        if attempt > 1 || chance(1, in: 4) { disk.spaceLimit = nil }
        switch number(0...9) {
        case 0, 1: crashAtSomeCall()
        case 2: failSomeCall()
        default: break
        }
    }

    private var environment: BrokerEnvironment {
        BrokerEnvironment(
            directory: "/data", fileSystem: disk, clock: clock, random: random.split().shared(),
            hasThreads: false,
            segmentBytes: segmentBytes)
    }

    /// An index with another epoch was made again of the log: after a kill that is right only if the disk was full or failed
    /// (DeliveryIndex/FORMAT.md section 3).
    private func takeRebuilt(_ broker: Broker) throws {
        let (now, drift) = (now, drift)
        for (place, epoch) in survivors {
            guard let subscription = broker.topic(place.topic)?.subscription(place.subscription),
                subscription.epoch != epoch
            else { continue }
            trace.add("the index of \(place) was made again")
            try demand(isStrained, "the index of \(place) did not outlive its process")
            model.topics[place.topic]?.subscriptions[place.subscription]?
                .crashed { $0.rebuilt(at: now, rebootedAt: now, drift: drift) }
        }
    }

    /// The model takes over what was in doubt; all that was not must be there.
    private func reconcile(_ broker: Broker) throws {
        try resolveDoubtfulChange(broker)
        try demand(
            broker.topics.map(\.name) == model.topics.keys.sorted(),
            "there are topics \(broker.topics.map(\.name)), not \(model.topics.keys.sorted())")
        for topic in broker.topics {
            trace.add("opened \(topic.name), next \(topic.nextSequence)")
            // No crash makes a file shorter.
            try demand(
                !topic.warnings.contains { $0.contains("shortened") }, "\(topic.name) warns: \(topic.warnings)")
            try model.topics[topic.name]?.reopened(tail: topic.nextSequence, wall: clock.wallTime)
            let names = model.topics[topic.name]?.subscriptions.keys.sorted() ?? []
            let found = topic.subscriptions.filter { !$0.isPush }.map(\.name)
            try demand(found == names, "\(topic.name) has \(found), not \(names)")
            try demand(
                (topic.subscription(Self.hookName) == nil) == (model.topics[topic.name]?.hook == nil),
                "\(topic.name) lost or found its push subscription")
        }
        try takeRebuilt(broker)
        try broker.startPushing(endpoint)
        try audit()
        isStrained = isOpenedFull
        if chance(1, in: 3) { try receiveAll() }
    }
}
