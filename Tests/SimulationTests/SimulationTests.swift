import Simulation
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The whole broker against the model, seed after seed. A failure prints its seed, and how to see it again.
@Suite(.serialized)
struct SimulationTests {
    /// How long fresh seeds are tried: `GRIDLOG_SIMULATION_SECONDS`, or 5.
    private static var freshSeconds: Double {
        guard let text = unsafe getenv("GRIDLOG_SIMULATION_SECONDS") else { return 5 }
        return unsafe Double(String(cString: text)) ?? 5
    }

    /// And the seeds are good ones: together they come to everything that is there to go wrong.
    @Test(
        .tags(
            .r01, .r02, .r03, .r04, .r05, .r07, .r13, .r21, .r22, .r25, .r26, .r27, .r29, .r30, .r32, .r33, .r35, .r36,
            .r37, .r40))
    func fixedSeedsLoseNothing() throws {
        var total = SimulationResult()
        for seed: UInt64 in 30...39 { total.add(try Simulation(seed: seed).run()) }
        for (name, count) in total.paths { #expect(count > 0, "no seed came to: \(name)") }
    }

    @Test(.tags(.r01, .r21, .r25)) func freshSeedsLoseNothing() throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Self.freshSeconds)
        var total = SimulationResult()
        while clock.now < end {
            total.add(try Simulation(seed: .random(in: .min ... .max)).run())
        }
        print("Simulated \(total.crashes) crashes in \(total.steps) steps; \(total.delivered) deliveries.")
    }

    @Test func sameSeedDoesTheSame() throws {
        for seed: UInt64 in 100...101 {
            #expect(try Simulation(seed: seed, steps: 200).run() == Simulation(seed: seed, steps: 200).run())
        }
    }
}
