@testable import EventLog
import Storage
import TestSupport
import Testing

/// A roll made a segment and the process died before the manifest named it.
@Suite struct UnnamedSegmentTests {
    /// The manifest knows the first segment, and that it is durable almost to its end.
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture()
        var payloads = fixture.append(0..<30, size: 300)
        fixture.log.close()
        try fixture.reopen()
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            fixture.disk.fail(.write, on: name, lasting: true, .error(.inputOutput))
        }
        while fixture.delegate.failures.isEmpty {
            let payload = LogFixture.payload(payloads.count, size: 300)
            if fixture.append(payload).firstSequence != nil { payloads.append(payload) }
        }
        #expect(fixture.segmentNames.count == 2)
        fixture.disk.repair()
        return (fixture, payloads)
    }

    @Test(.tags(.r06)) func itIsNotJudgedByTheWatermarkOfTheOneBefore() throws {
        let (fixture, payloads) = try store()
        try fixture.powerCut(.everything)
        #expect(try fixture.readAll() == payloads)
        #expect(fixture.append([1]).firstSequence == UInt64(payloads.count) + 1)
    }

    /// It was synced before it got its name: without it, what is settled would be forgotten.
    @Test(.tags(.r08, .r21)) func aDamagedCheckpointInItIsDamage() throws {
        let (fixture, _) = try store()
        let path = fixture.newestPath
        let disk = fixture.disk.powerCut(.everything)
        try disk.damage(path, SegmentHeader.blockLength + 8..<SegmentHeader.blockLength + 9) { $0 ^ 1 }
        let error = #expect(throws: LogError.self) { _ = try LogFixture(on: disk) }
        #expect(error?.code == .damaged && error?.file == path)
    }
}
