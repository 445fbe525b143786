@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct ScrubTests {
    private static let bytes = (100 << 10)...(100 << 10)

    /// Five sealed segments, the first two of them packed.
    private func store() throws -> LogFixture {
        let fixture = try LogFixture(segmentBytes: Self.bytes)
        fixture.appendTexts(0..<1_400, size: 300)
        fixture.queueSettlements([1, 2, 3])
        fixture.commit()
        _ = try fixture.log.packNextColdSegment(olderThan: 0)
        _ = try fixture.log.packNextColdSegment(olderThan: 0)
        fixture.idle()
        try fixture.reopen()
        return fixture
    }

    /// Verifies one segment, piece by piece.
    private func finish(_ pass: inout ScrubPass, _ log: SegmentedLog, bytes: Int = 1 << 20) throws(LogError) {
        while !pass.isFinished { _ = try log.scrub(&pass, bytes: bytes) }
    }

    @Test func everySegmentIsVerifiedToItsEndInTurn() throws {
        let fixture = try store()
        let log = fixture.log
        let sealed = log.reading.withLock { $0.sealed }
        #expect(sealed.count >= 4)
        let calls = fixture.disk.count()
        for round in 0..<3 {
            for segment in sealed {
                var pass = try #require(log.beginScrub())
                #expect(pass.segment == segment.segment.header.id)
                #expect((pass.lastVerified == nil) == (round == 0))
                try finish(&pass, log)
                #expect(pass.bytesVerified == segment.length - SegmentHeader.blockLength)
                #expect(try log.scrub(&pass) == 0)
                fixture.clock.advance(by: .seconds(1))
            }
        }
        // It only reads, through mappings that are there.
        #expect(fixture.disk.count() == calls)
    }

    @Test func aPieceIsNoLongerThanAskedForAndOneBlock() throws {
        let log = try store().log
        for _ in 0..<4 {
            var pass = try #require(log.beginScrub())
            var pieces = 0
            while !pass.isFinished {
                let verified = try log.scrub(&pass, bytes: 10_000)
                #expect(verified > 0 && verified < 10_000 + PackedBlock.rawBytes + 400)
                pieces += 1
            }
            #expect(pieces >= 2)
            var single = ScrubPass(segment: pass.segment, lastVerified: nil)
            try finish(&single, log, bytes: 0)
            #expect(single.bytesVerified == pass.bytesVerified)
        }
    }

    @Test(.tags(.r08, .r14)) func aChangedByteOfASegmentIsFoundAndNamed() throws {
        let fixture = try store()
        let sealed = try #require(fixture.log.reading.withLock { $0.sealed.first { $0.segment.packed == nil } })
        let path = sealed.segment.path
        let places = Array(0..<100) + Array(stride(from: 4_096, to: sealed.length, by: 97)) + [sealed.length - 1]
        for offset in places {
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ 0x10 }
            var pass = ScrubPass(segment: sealed.segment.header.id, lastVerified: nil)
            let error = #expect(throws: LogError.self) { try finish(&pass, fixture.log, bytes: 10_000) }
            #expect(error?.code == .damaged && error?.file == path)
            let named = try #require(error?.sequences)
            if offset < 4_096 {
                #expect(error?.offset == 0)
            } else {
                let place = try #require(error?.offset)
                #expect(place <= offset && offset - place < 9_000)
                #expect(named.count < 40 || offset > sealed.length - 9_000)
            }
            #expect(named.lowerBound >= sealed.baseSequence && named.upperBound <= sealed.endSequence)
            #expect(pass.isFinished)
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ 0x10 }
        }
        #expect(!fixture.log.hasFailed)
        #expect(fixture.append([1]).firstSequence != nil)
    }

    @Test(.tags(.r08, .r14)) func aChangedByteOfAPackedSegmentIsFoundAndNamed() throws {
        let fixture = try store()
        let sealed = try #require(fixture.log.reading.withLock { $0.sealed.first { $0.segment.packed != nil } })
        let path = sealed.segment.path
        for offset in 0..<sealed.segment.capacity {
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(offset % 8)) }
            var pass = ScrubPass(segment: sealed.segment.header.id, lastVerified: nil)
            let error = #expect(throws: LogError.self) { try finish(&pass, fixture.log) }
            #expect(error?.code == .damaged || error?.code == .incompatible, "byte \(offset)")
            #expect(error?.file == path && error?.offset != nil && error?.sequences != nil)
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(offset % 8)) }
        }
        var pass = ScrubPass(segment: sealed.segment.header.id, lastVerified: nil)
        try finish(&pass, fixture.log)
    }

    @Test func afterDamageTheNextPassTakesAnotherSegment() throws {
        let fixture = try store()
        let path = try #require(fixture.log.reading.withLock { $0.sealed.first }).segment.path
        try fixture.disk.damage(path, 160..<161) { $0 ^ 1 }
        var pass = try #require(fixture.log.beginScrub())
        #expect(throws: LogError.self) { try finish(&pass, fixture.log) }
        let next = try #require(fixture.log.beginScrub())
        #expect(next.segment == pass.segment + 1)
    }

    @Test func aPassGoesOnAfterItsSegmentWasPackedAndEndsWhenItIsGivenUp() throws {
        let fixture = try LogFixture(segmentBytes: Self.bytes)
        fixture.appendTexts(0..<1_400, size: 300)
        let length = fixture.log.reading.withLock { $0.sealed[0].length }
        var pass = try #require(fixture.log.beginScrub())
        var other = pass
        #expect(try fixture.log.scrub(&pass, bytes: 20_000) > 0)
        #expect(try fixture.log.scrub(&other, bytes: 20_000) > 0)
        _ = try fixture.log.packNextColdSegment(olderThan: 0)
        try finish(&pass, fixture.log)
        #expect(pass.bytesVerified == length - SegmentHeader.blockLength)
        fixture.log.release(before: try #require(fixture.log.firstReleasePoint))
        fixture.commit()
        #expect(try fixture.log.scrub(&other) == 0)
        #expect(other.isFinished)
    }

    @Test func aLogWithoutSealedSegmentsHasNothingToScrub() throws {
        let fixture = try LogFixture()
        fixture.append(0..<3, size: 100)
        #expect(fixture.log.beginScrub() == nil)
    }

    /// Frames that are whole, each for itself, but do not follow from one another.
    @Test(.tags(.r11, .r14)) func aFrameThatDoesNotContinueTheChainIsFound() throws {
        let changes: [(isFoundAtOnce: Bool, change: (inout FrameHeader) -> Void)] = [
            (true, { $0.previousChecksum ^= 1 }), (true, { $0.previousLength += 8 }),
            (true, { $0.firstSequence += 1 }), (true, { $0.appendTime = 0 }),
            (true, { $0.durableWatermark = 1 << 40 }), (false, { $0.recordCount += 1 }),
            (true, { $0.kind = FrameKind.seal.rawValue }),
        ]
        for (isFoundAtOnce, change) in changes {
            let fixture = try LogFixture(segmentBytes: Self.bytes)
            fixture.appendTexts(0..<600, size: 300)
            let segment = fixture.log.reading.withLock { $0.sealed[0].segment }
            let frame = try #require(try fixture.log.frame(containing: 9))
            var header = frame.header
            change(&header)
            try overwrite(segment, frame.offset, bytes(of: header, in: segment), on: fixture.disk)
            var pass = try #require(fixture.log.beginScrub())
            let error = #expect(throws: LogError.self) { try finish(&pass, fixture.log) }
            #expect(error?.code == .damaged && error?.file == segment.path)
            let place = try #require(error?.offset)
            // What can be seen in the frame is not left to the one behind it, that the seal would be the last to have.
            #expect(place == frame.offset || !isFoundAtOnce && place == frame.offset + frame.header.frameLength)
            #expect(try #require(error?.sequences?.lowerBound) >= 9)
            #expect(throws: LogError.self) { try fixture.log.packNextColdSegment(olderThan: 0) }
        }
    }

    /// Each whole for itself, so that only what was read at the opening tells.
    @Test(.tags(.r14)) func aHeaderThatIsNotTheOneAtOpenIsFound() throws {
        let fixture = try LogFixture(segmentBytes: Self.bytes)
        fixture.appendTexts(0..<600, size: 300)
        let segment = fixture.log.reading.withLock { $0.sealed[0].segment }
        var header = segment.header
        header.isReserve.toggle()
        let (block, _) = header.encoded()
        try overwrite(segment, 0, block.bytes.array(), on: fixture.disk)
        try expectDamage(in: segment, at: 0, fixture.log)
    }

    @Test(.tags(.r14)) func aSealThatIsNotTheOneAtOpenIsFound() throws {
        let fixture = try LogFixture(segmentBytes: Self.bytes)
        fixture.appendTexts(0..<600, size: 300)
        let sealed = fixture.log.reading.withLock { $0.sealed[0] }
        let offset = sealed.index.lowerBound - FrameHeader.length
        var header = try #require(sealed.segment.frame(at: offset)).header
        header.appendTime += 1
        try overwrite(sealed.segment, offset, bytes(of: header, in: sealed.segment), on: fixture.disk)
        try expectDamage(in: sealed.segment, at: offset, fixture.log)
    }

    @Test(.tags(.r14)) func aPackedHeaderThatIsNotTheOneAtOpenIsFound() throws {
        let fixture = try store()
        let segment = fixture.log.reading.withLock { $0.sealed[0].segment }
        var header = try #require(segment.packed).header
        header.lastTime += 1
        let block = header.encoded()
        try overwrite(segment, 0, block.bytes.array(), on: fixture.disk)
        try expectDamage(in: segment, at: nil, fixture.log)
    }

    private func expectDamage(in segment: Segment, at offset: Int?, _ log: SegmentedLog) throws {
        var pass = try #require(log.beginScrub())
        let error = #expect(throws: LogError.self) { try finish(&pass, log) }
        #expect(error?.code == .damaged && error?.file == segment.path)
        if let offset { #expect(error?.offset == offset) }
        #expect(error?.sequences?.contains(segment.header.baseSequence) == true || offset != 0)
    }

    private func bytes(of header: FrameHeader, in segment: Segment) -> [UInt8] {
        let block = ByteBlock(capacity: FrameHeader.length)
        block.appendZeros(FrameHeader.length)
        _ = header.write(to: block, seed: segment.header.seed)
        return block.bytes.array()
    }

    private func overwrite(_ segment: Segment, _ offset: Int, _ bytes: [UInt8], on disk: SimulatedDisk) throws {
        // Asked for the bytes on the platter and for those in memory.
        var position = -1
        try disk.damage(segment.path, offset..<offset + bytes.count) { _ in
            position += 1
            return bytes[position % bytes.count]
        }
    }
}
