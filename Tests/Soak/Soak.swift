import Simulation

/// Runs simulations until one fails, or the time is over: `gridlog-soak [--seconds N] [--seed S] [--from S] [--steps N] [--trace LINES]`.
@main
struct Soak {
    private var seconds: Int?
    private var seed: UInt64?
    private var from: UInt64?
    private var steps = 400
    private var traceLines = 50

    static func main() {
        guard let soak = Soak(CommandLine.arguments.dropFirst()) else {
            print("usage: gridlog-soak [--seconds N] [--seed S] [--from S] [--steps N] [--trace LINES]")
            return Exit.with(64)
        }
        Exit.with(soak.run() ? 0 : 1)
    }

    private init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
            switch name {
            case "--seconds": seconds = Int(clamping: value)
            case "--seed": seed = value
            case "--from": from = value
            case "--trace": traceLines = Int(clamping: value)
            case "--steps": steps = Int(clamping: value)
            default: return nil
            }
        }
    }

    /// - Returns: whether nothing failed.
    private func run() -> Bool {
        let clock = ContinuousClock()
        let begin = clock.now
        var total = SimulationResult()
        var seeds = 0
        var next = seed ?? from ?? UInt64.random(in: .min ... .max)
        var reported = begin
        print("The first seed is \(next).")
        while true {
            do {
                total.add(try Simulation(seed: next, steps: steps, traceLines: traceLines).run())
            } catch {
                print(error)
                return false
            }
            seeds += 1
            let now = clock.now
            let isOver = seed != nil || seconds.map { now - begin >= .seconds($0) } ?? false
            if isOver || now - reported >= .seconds(10) {
                report(seeds, total, now - begin)
                reported = now
            }
            if isOver { return seed != nil || seeds < 50 || reachedEverything(total) }
            next = from == nil ? UInt64.random(in: .min ... .max) : next + 1
        }
    }

    private func report(_ seeds: Int, _ total: SimulationResult, _ time: Duration) {
        let minutes = Double(time.components.seconds) / 60 + Double(time.components.attoseconds) / 60e18
        print(
            """
            \(time.components.seconds) s: \(seeds) seeds, \(total.steps) steps, \(total.kills) kills and \(total.powerCuts) \
            power cuts (\(Int(Double(total.crashes) / minutes)) a minute), \(total.published) events published, \
            \(total.delivered) deliveries, digest \(String(total.digest, radix: 16))
              \(total.paths.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
            """)
    }

    /// Many seeds that never come to something prove nothing of it.
    private func reachedEverything(_ total: SimulationResult) -> Bool {
        let missing = total.paths.filter { $0.value == 0 }.map(\.key)
        if !missing.isEmpty { print("Never reached: \(missing.joined(separator: ", ")).") }
        return missing.isEmpty
    }
}
