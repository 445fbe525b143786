@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct AppendAndReadTests {
    @Test func everyFrameIsReadBackByteEqualAcrossManySegments() throws {
        let fixture = try LogFixture()
        var random = SeededRandom(seed: 5)
        var payloads: [[UInt8]] = []
        for _ in 0..<300 {
            let payload = random.bytes(Int.random(in: 0...700, using: &random))
            #expect(fixture.append(payload).firstSequence == UInt64(payloads.count + 1))
            payloads.append(payload)
        }
        #expect(fixture.segmentNames.count > 5)
        #expect(try fixture.readAll() == payloads)
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
        #expect(fixture.log.tail == 301)
    }

    @Test func everySequenceIsFoundInItsFrame() throws {
        let fixture = try LogFixture()
        var frameOfSequence: [Int: (first: UInt64, payload: [UInt8])] = [:]
        var next = 1
        for number in 0..<150 {
            let count = number % 7 + 1
            let payload = LogFixture.payload(number, size: 100 + number * 3)
            fixture.append(payload, count: count)
            if number % 5 == 0 { fixture.queueSettlements(LogFixture.payload(number, size: 90)) }
            for sequence in next..<next + count { frameOfSequence[sequence] = (UInt64(next), payload) }
            next += count
        }
        fixture.commit()
        for reopened in [false, true] {
            if reopened { try fixture.reopen() }
            for sequence in 1..<next {
                let frame = try #require(try fixture.log.frame(containing: UInt64(sequence)))
                #expect(frame.firstSequence == frameOfSequence[sequence]?.first)
                #expect(frame.payload.array() == frameOfSequence[sequence]?.payload)
                #expect(frame.firstSequence..<frame.endSequence ~= UInt64(sequence))
            }
            #expect(try fixture.log.frame(containing: UInt64(next)) == nil)
            #expect(try fixture.log.frame(containing: 0) == nil)
            #expect(try fixture.log.frame(containing: .max) == nil)
        }
    }

    @Test func framesKeepTheirCountAddresseeAndTime() throws {
        let fixture = try LogFixture()
        fixture.log.appendEvents(FrameBuffer([1, 2, 3]), count: 9, addressee: 77, ticket: TestTicket())
        fixture.commit()
        let frame = try #require(try fixture.log.frame(containing: 5))
        #expect(frame.recordCount == 9)
        #expect(frame.addressee == 77)
        #expect(frame.appendTime == fixture.clock.wallTime)
        #expect(frame.endSequence == 10)
    }

    @Test(.tags(.r36)) func appendTimeNeverGoesBackWhenTheClockDoesEvenAfterReopening() throws {
        let fixture = try LogFixture()
        fixture.append(0..<3, size: 50)
        let before = try #require(try fixture.log.frame(containing: 3)).appendTime
        fixture.clock.stepWall(by: .seconds(-86_400))
        fixture.append(3..<5, size: 50)
        try fixture.reopen()
        fixture.append(5..<8, size: 50)
        try fixture.reopen()
        #expect(fixture.log.tail == 9)
        for sequence in UInt64(4)...8 {
            #expect(try #require(try fixture.log.frame(containing: sequence)).appendTime >= before)
        }
    }

    @Test func aFrameLargerThanASegmentGetsASegmentThatHoldsIt() throws {
        let fixture = try LogFixture()
        let payloads = [LogFixture.payload(1, size: 10), LogFixture.payload(2, size: 100_000), [], [9]]
        for payload in payloads { fixture.append(payload) }
        #expect(try fixture.readAll() == payloads)
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
    }

    @Test func aFrameOverTheLimitIsRefusedAndTheOthersOfItsGroupAreNot() throws {
        let fixture = try LogFixture(segmentBytes: (1 << 20)...(1 << 20))
        let before = fixture.queue([1])
        let tooLarge = TestTicket()
        let frame = FrameBuffer(capacity: 64 << 20)
        frame.withBlock { $0.appendZeros((64 << 20) + 1) }
        fixture.log.appendEvents(frame, count: 1, ticket: tooLarge)
        let after = fixture.queue([2])
        fixture.commit()
        #expect(before.firstSequence == 1)
        #expect(tooLarge.failure?.code == .frameTooLarge)
        #expect(after.firstSequence == 2)
    }

    @Test(.tags(.r44)) func aLookupBeginsAtMostOneStrideBeforeItsFrame() throws {
        let fixture = try LogFixture(segmentBytes: (256 << 10)...(256 << 10))
        fixture.append(0..<2_000, size: 200)
        #expect(fixture.segmentNames.count > 2)
        for sequence in UInt64(1)...2_000 {
            let frame = try #require(try fixture.log.frame(containing: sequence))
            let place = try #require(fixture.log.reading.withLock { $0.place(of: sequence) })
            #expect(place.segment === frame.segment)
            let distance = frame.offset - max(place.offset, SegmentHeader.blockLength)
            #expect(distance >= 0 && distance <= SparseIndex.stride + frame.header.frameLength)
        }
    }
}
