@testable import EventLog
import Storage
import TestSupport
import Testing

/// Packing among everything else that happens to a log, beside the plain list that the log must be equal to.
@Suite struct PackingModelTests {
    @Test(.tags(.r01, .r25), arguments: UInt64(1)...12)
    func aLogThatPacksIsEqualToItsListThroughCrashes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let fixture = try LogFixture(
            on: SimulatedDisk(seed: seed), segmentBytes: (12 << 10)...(12 << 10), seed: seed,
            checkpoint: { [[1, 2, 3]] })
        var payloads: [[UInt8]] = []
        var packed = 0
        func check(_ what: String) throws {
            let first = Int(fixture.log.firstSequence) - 1
            let found = try fixture.readAll()
            // Each append was answered, so all of them must be there; what failed last may be.
            guard payloads.dropFirst(first).starts(with: found) || found.starts(with: payloads.dropFirst(first)),
                found.count + first >= payloads.count
            else {
                throw LogScript.Wrong(message: "seed \(seed), \(what): \(found.count) from \(first), \(payloads.count)")
            }
            payloads = payloads.prefix(first) + found
        }
        for step in 0..<500 {
            switch random.next(upperBound: UInt64(100)) {
            case 0..<62:
                let payload = LogFixture.text(payloads.count, size: Int.random(in: 0...900, using: &random))
                if fixture.append(payload).firstSequence != nil { payloads.append(payload) }
            case 62..<78:
                if case .packed = try fixture.log.packNextColdSegment(olderThan: 0) { packed += 1 }
            case 78..<82:
                guard var pass = fixture.log.beginScrub() else { break }
                _ = try fixture.log.scrub(&pass, bytes: 5_000)
                while !pass.isFinished { _ = try fixture.log.scrub(&pass) }
            case 82:
                guard fixture.log.tail > 120 else { break }
                fixture.log.release(before: fixture.log.tail - 120)
                fixture.commit()
            case 83..<88: fixture.clock.advance(by: .seconds(Int.random(in: 1...90, using: &random)))
            case 88..<90:
                try fixture.reopen()
                try check("step \(step), died")
            case 90..<94:
                try fixture.powerCut(.seeded(random.next()))
                try check("step \(step), power cut")
            default:
                // Something fails inside of the next packing, for good or once.
                let after = Int.random(in: 0..<32, using: &random)
                if random.chance(1, in: 2) {
                    fixture.disk.powerOff(afterCalls: after)
                } else {
                    fixture.disk.fail(after: after, .error(random.chance(1, in: 2) ? .inputOutput : .noSpace))
                }
                _ = try? fixture.log.packNextColdSegment(olderThan: 0)
                fixture.disk.repair()
                if random.chance(1, in: 3) {
                    try fixture.reopen()
                } else {
                    try fixture.powerCut(.seeded(random.next()))
                }
                try check("step \(step), failed")
            }
        }
        #expect(packed > 5)
        #expect(fixture.disk.violations.isEmpty)
        try fixture.powerCut(.nothing)
        try check("end")
    }
}
