@testable import EventLog
import Storage
import TestSupport
import Testing

/// Finding a sequence by the time of its appending.
@Suite struct AppendTimeTests {
    /// One event a second, sometimes several or none, with settlements between; segments of every kind.
    private static func store() throws -> LogFixture {
        let fixture = try LogFixture()
        for number in 0..<260 {
            if number % 4 != 0 { fixture.clock.advance(by: .seconds(1)) }
            if number % 50 == 7 { fixture.clock.stepWall(by: .seconds(-30)) }
            if number % 3 == 0 { fixture.queueSettlements(LogFixture.payload(number, size: 40)) }
            if number % 11 == 0 {
                for part in 0..<6 { fixture.queueSettlements(LogFixture.payload(part, size: 2_500)) }
            }
            fixture.append(LogFixture.payload(number, size: 300), count: number % 3 + 1)
        }
        return fixture
    }

    private static func check(_ fixture: LogFixture) throws {
        let frames = try fixture.readFrames()
        let times = try frames.map { try #require(try fixture.log.frame(containing: $0.sequence)).appendTime }
        let first = try #require(times.first)
        let last = try #require(times.last)
        for time in stride(from: first - 2_000_000_000, through: last + 2_000_000_000, by: 500_000_000) {
            let position = times.firstIndex { $0 >= time }
            let expected = position.map { frames[$0].sequence } ?? fixture.log.tail
            #expect(try fixture.log.sequence(appendedAtOrAfter: time) == expected)
        }
        #expect(try fixture.log.sequence(appendedAtOrAfter: 0) == fixture.log.firstSequence)
        #expect(try fixture.log.sequence(appendedAtOrAfter: .max) == fixture.log.tail)
    }

    @Test func theFirstEventAtOrAfterATimeIsFound() throws {
        let fixture = try Self.store()
        try Self.check(fixture)
        try fixture.reopen()
        try Self.check(fixture)
    }

    @Test func givenUpSegmentsArePassedOver() throws {
        let fixture = try Self.store()
        let all = fixture.log.sealedSegments
        fixture.log.release([all[0].id, all[2].id, all[3].id, all[all.count - 1].id])
        fixture.commit()
        try Self.check(fixture)
        fixture.log.release(Set(all.map(\.id)))
        fixture.commit()
        try Self.check(fixture)
    }

    @Test func inALogWithoutEventsItIsTheTail() throws {
        let fixture = try LogFixture()
        #expect(try fixture.log.sequence(appendedAtOrAfter: 0) == 1)
        fixture.queueSettlements([1, 2, 3])
        fixture.commit()
        #expect(try fixture.log.sequence(appendedAtOrAfter: 0) == 1)
    }

    @Test func eventsThatAreNotVisibleYetAreNotFound() throws {
        let fixture = try LogFixture()
        fixture.append([1])
        fixture.clock.advance(by: .seconds(1))
        fixture.queue([2])
        fixture.disk.fail(.synchronize, .error(.inputOutput))
        fixture.commit()
        #expect(try fixture.log.sequence(appendedAtOrAfter: fixture.clock.wallTime) == 2)
        #expect(fixture.log.tail == 2)
    }

    @Test(.tags(.r08)) func aDamagedHeaderOnTheWayIsNamed() throws {
        let fixture = try Self.store()
        let all = fixture.log.reading.withLock { $0.sealed }
        let position = try #require(all.indices.dropFirst().last { all[$0].lastTime > all[$0 - 1].lastTime })
        let sealed = all[position]
        let path = sealed.segment.path
        let time = sealed.lastTime
        try fixture.disk.damage(path, SegmentHeader.blockLength..<sealed.length - 1_000) { $0 ^ 0x10 }
        let error = #expect(throws: LogError.self) { try fixture.log.sequence(appendedAtOrAfter: time) }
        #expect(error?.code == .damaged)
        #expect(error?.file == path)
    }
}
