/// Something that may happen next. A new operation is one more line in the list, and a method.
struct SimulationStep: Sendable {
    /// How often it happens, compared to the others.
    let weight: Int
    let run: @Sendable (Simulation) throws -> Void

    init(_ weight: Int, _ run: @escaping @Sendable (Simulation) throws -> Void) {
        self.weight = weight
        self.run = run
    }

    static let all: [SimulationStep] = [
        // Publishers and receivers.
        SimulationStep(50) { $0.publish() },
        SimulationStep(40) { try $0.receive() },
        SimulationStep(40) { try $0.settle() },
        SimulationStep(10) { try $0.renew() },
        SimulationStep(12) { try $0.consume() },
        SimulationStep(5) { try $0.wait() },
        SimulationStep(4) { try $0.putHook() },
        SimulationStep(20) { try $0.push() },
        // The broker's threads.
        SimulationStep(70) { try $0.commit() },
        SimulationStep(10) { try $0.housekeep() },
        // Time.
        SimulationStep(20) { $0.advanceClock() },
        SimulationStep(3) { $0.stepWallClock() },
        SimulationStep(3) { try $0.letHoursPass() },
        // Topics and event subscriptions.
        SimulationStep(4) { try $0.putTopic() },
        SimulationStep(6) { try $0.putSubscription() },
        SimulationStep(1) { try $0.deleteTopic() },
        SimulationStep(2) { try $0.deleteSubscription() },
        // The disk.
        SimulationStep(4) { $0.writeBackSome() },
        SimulationStep(2) { $0.failSomeCall() },
        SimulationStep(4) { $0.crashAtSomeCall() },
        SimulationStep(2) { try $0.changeFreeSpace() },
        SimulationStep(2) { try $0.liveOnFullDisk() },
        // Crashes.
        SimulationStep(4) { try $0.kill() },
        SimulationStep(4) { try $0.cutPower() },
        // Looking closely.
        SimulationStep(4) { try $0.audit() },
        SimulationStep(2) { try $0.drain() },
    ]

    private static let weights = all.reduce(0) { $0 + $1.weight }

    static func pick(_ random: inout some RandomNumberGenerator) -> SimulationStep {
        var place = Int.random(in: 0..<weights, using: &random)
        for step in all {
            place -= step.weight
            if place < 0 { return step }
        }
        return all[0]
    }
}
