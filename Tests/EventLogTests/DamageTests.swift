@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct DamageTests {
    /// Three segments, and a newest one whose frames are all vouched for.
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture(segmentBytes: (12 << 10)...(12 << 10))
        fixture.append(0..<50, size: 301)
        fixture.queueSettlements(LogFixture.payload(3_000, size: 33))
        fixture.append(50..<53, size: 61)
        fixture.idle()
        return (fixture, try fixture.readAll())
    }

    /// The place and header of each frame in the newest segment.
    private func framesOfNewest(_ fixture: LogFixture) -> [(range: Range<Int>, header: FrameHeader)] {
        let segment = fixture.log.writer.active.segment
        var frames: [(range: Range<Int>, header: FrameHeader)] = []
        var offset = SegmentHeader.blockLength
        while offset < fixture.endOffset, let header = segment.frame(at: offset)?.header {
            frames.append((offset..<offset + header.frameLength, header))
            offset += header.frameLength
        }
        return frames
    }

    @Test(.tags(.r08, .r10, .r14)) func anyChangedByteBelowTheWatermarkFencesTheLogAndCutsNothing() throws {
        let (fixture, _) = try store()
        let frames = framesOfNewest(fixture)
        let path = fixture.newestPath
        let tail = fixture.log.tail
        // The last frame is the filler that vouches for the others; nothing vouches for it.
        #expect(frames.last?.header.kind == FrameKind.filler.rawValue)
        for (range, header) in frames.dropLast() {
            for offset in range {
                let disk = fixture.disk.powerCut(.everything)
                try disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(offset % 8)) }
                let damaged = try LogFixture.files(on: disk)
                let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
                #expect(error?.code == .damaged)
                #expect(error?.file == path)
                #expect(error?.offset == range.lowerBound)
                #expect(error?.sequences?.lowerBound == header.firstSequence)
                #expect(error.map { ($0.sequences?.upperBound ?? .max) <= tail } == true)
                #expect(try LogFixture.files(on: disk) == damaged, "a fenced log was changed")
            }
        }
    }

    @Test(.tags(.r10)) func theSameChangeAboveTheWatermarkIsATornTail() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<5, size: 100)
        // Synced and answered, but no later frame says so: it cannot be told from a torn write (FORMAT.md section 6).
        let start = fixture.endOffset
        fixture.append([9, 9, 9])
        try fixture.disk.damage(fixture.newestPath, start + 64..<start + 65) { $0 ^ 1 }
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
    }

    @Test(.tags(.r08, .r14)) func anyChangedByteOfASealedFrameIsFoundWhenItIsRead() throws {
        let (fixture, payloads) = try store()
        let frame = try #require(try fixture.log.frame(containing: 5))
        let path = frame.segment.path
        for offset in frame.offset..<frame.offset + frame.header.frameLength {
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(offset % 8)) }
            let reader = try LogFixture(on: disk)
            for sequence in UInt64(1)...reader.log.tail - 1 {
                do {
                    let found = try #require(try reader.log.frame(containing: sequence))
                    try found.verify()
                    #expect(sequence != 5, "damage at \(offset) was not noticed")
                    #expect(found.payload.array() == payloads[Int(sequence) - 1])
                } catch let error as LogError {
                    #expect(error.code == .damaged)
                    #expect(error.file == path)
                    #expect(error.sequences?.contains(sequence) == true)
                    #expect(error.offset != nil)
                }
            }
        }
    }

    @Test(.tags(.r08)) func aDamagedSealOrSegmentHeaderIsNamedAtOpen() throws {
        let (fixture, _) = try store()
        let sealed = fixture.log.reading.withLock { $0.sealed }
        for segment in sealed {
            let seal = segment.index.lowerBound - FrameHeader.length..<segment.length
            for offset in Array(0..<100) + Array(seal) {
                let disk = fixture.disk.powerCut(.everything)
                try disk.damage(segment.segment.path, offset..<offset + 1) { $0 ^ 0x10 }
                let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
                #expect(error?.code == .damaged || error?.code == .incompatible)
                #expect(error?.file == segment.segment.path)
                #expect(error?.sequences?.contains(segment.baseSequence) == true)
            }
        }
    }

    @Test(.tags(.r08)) func aDamagedHeaderOfTheNewestSegmentIsNamedAtOpen() throws {
        let (fixture, _) = try store()
        for offset in 0..<100 {
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(fixture.newestPath, offset..<offset + 1) { $0 ^ 0x10 }
            let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(error?.code == .damaged || error?.code == .incompatible)
            #expect(error?.file == fixture.newestPath)
        }
    }

    @Test func aClosedLogVouchesForItsLastGroup() throws {
        let fixture = try LogFixture()
        fixture.append(0..<5, size: 100)
        let start = fixture.endOffset
        fixture.append([9, 9, 9])
        fixture.log.close()
        try fixture.disk.damage(fixture.newestPath, start + 64..<start + 65) { $0 ^ 1 }
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
        #expect(error?.offset == start)
        #expect(error?.sequences == 6...6)
    }

    @Test(.tags(.r20)) func damageToOneLogLeavesTheOthersOfItsCommitterServing() throws {
        let (fixture, _) = try store()
        var other = LogFixture.configuration(fixture.disk, fixture.clock)
        other.directory = "/store/other"
        let committer = fixture.committer
        let log = try SegmentedLog.open(other, committer: committer)
        try fixture.disk.damage(fixture.newestPath, 4_200..<4_201) { $0 ^ 1 }
        #expect(throws: LogError.self) { try fixture.reopen() }
        let ticket = TestTicket()
        log.appendEvents(FrameBuffer([1]), count: 1, ticket: ticket)
        _ = committer.runCycle(waiting: false)
        #expect(ticket.firstSequence == 1)
    }
}
