@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct TornTailTests {
    private static let group = [
        LogFixture.payload(900, size: 150), LogFixture.payload(901, size: 40), LogFixture.payload(902, size: 310),
    ]
    private static let segmentBytes = (12 << 10)...(12 << 10)

    /// In a file that was zeros, or in one that has old frames behind its end.
    private func torn(isRecycled: Bool) throws -> TornGroup {
        let fixture = try LogFixture(segmentBytes: Self.segmentBytes)
        if isRecycled { fixture.useRecycledSegment() }
        fixture.append(0..<3, size: 100)
        return try TornGroup(fixture, answered: try fixture.readAll(), group: Self.group)
    }

    /// Opens what the cut left, and checks that the log is what was answered, and goes on.
    private func check(_ torn: TornGroup, _ bytes: [UInt8], zeroed: Bool) throws {
        let fixture = try LogFixture(on: torn.disk(with: bytes), segmentBytes: Self.segmentBytes, seed: 99)
        let found = try fixture.readAll()
        #expect(found.starts(with: torn.answered))
        let extra = Array(found.dropFirst(torn.answered.count))
        #expect(torn.torn.starts(with: extra), "an unanswered frame is there whole or not at all")
        let end = fixture.endOffset
        let durable = try fixture.disk.durableBytes(torn.path)
        if zeroed {
            let isZero = durable.span.bytes.extracting(end..<durable.count).isZero
            #expect(isZero, "the torn tail is zeroed and synced")
        }
        #expect(!SegmentWalk(fixture.log.writer.active.segment).tail().holdsFrames)

        // It goes on, with a shorter frame, and survives another crash.
        let next = LogFixture.payload(7_777, size: 24)
        #expect(fixture.append(next).firstSequence != nil)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == torn.answered + extra + [next])
    }

    @Test(.tags(.r09), arguments: [false, true]) func aTailTornAtAnyByteIsCutAndZeroed(isRecycled: Bool) throws {
        let torn = try torn(isRecycled: isRecycled)
        for end in torn.range.lowerBound...torn.range.upperBound {
            try check(torn, torn.cut(at: end), zeroed: !isRecycled)
        }
    }

    @Test(.tags(.r09), arguments: [false, true]) func aTailThatLacksAnySectorsIsCutAndZeroed(isRecycled: Bool) throws {
        let torn = try torn(isRecycled: isRecycled)
        let sectors = Array(torn.sectors)
        for kept in 0..<(1 << sectors.count) {
            var bytes = torn.before
            for (position, sector) in sectors.enumerated() where kept & (1 << position) != 0 {
                for offset in sector * 512..<(sector + 1) * 512 { bytes[offset] = torn.after[offset] }
            }
            try check(torn, bytes, zeroed: !isRecycled)
        }
    }

    /// R9 read literally: the file itself ends at any byte of the last group.
    @Test(.tags(.r06, .r09)) func aFileThatEndsInsideTheLastGroupOpensUpToItsLastFrame() throws {
        let torn = try torn(isRecycled: false)
        for end in torn.range.lowerBound...torn.range.upperBound {
            try check(torn, Array(torn.after[..<end]), zeroed: true)
        }
    }

    @Test(.tags(.r11)) func afterAShorterWriteNothingOfTheOldTailDecodesAsAFrame() throws {
        let torn = try torn(isRecycled: false)
        // The first frame is missing, the others are whole: the next frame ends exactly where an old one began.
        var bytes = torn.after
        let firstLength = 64 + 152
        for offset in torn.range.lowerBound..<torn.range.lowerBound + firstLength {
            bytes[offset] = torn.before[offset]
        }
        let fixture = try LogFixture(on: torn.disk(with: bytes), segmentBytes: Self.segmentBytes, seed: 99)
        #expect(try fixture.readAll() == torn.answered)
        let next = LogFixture.payload(5, size: 150)
        fixture.append(next)
        #expect(fixture.endOffset == torn.range.lowerBound + firstLength)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == torn.answered + [next])
        #expect(!SegmentWalk(fixture.log.writer.active.segment).tail().holdsFrames)
    }

    /// A header that is whole, of this life, and longer than the file: only zeroing keeps it from being judged again.
    @Test(.tags(.r11, .r15)) func aHeaderWithoutRoomForItsFrameIsZeroedToo() throws {
        let torn = try torn(isRecycled: false)
        let fixture = try LogFixture(on: torn.disk.powerCut(.everything), segmentBytes: Self.segmentBytes)
        let seed = fixture.log.writer.active.segment.header.seed
        for length: UInt32 in [.max, 64 << 20, (64 << 20) + 1, 16 << 10] {
            let block = ByteBlock(capacity: 64)
            block.appendZeros(64)
            let header = FrameHeader(
                kind: 1, firstSequence: 51, appendTime: 1, durableWatermark: 4_096, storedLength: length,
                rawLength: length, recordCount: 1, previousLength: 0, previousChecksum: 0, payloadChecksum: 0)
            _ = header.write(to: block, seed: seed)
            var bytes = torn.before
            bytes.replaceSubrange(torn.range.lowerBound..<torn.range.lowerBound + 64, with: block.bytes.array())
            try check(torn, bytes, zeroed: true)
        }
    }

    /// All sectors of a group of 64 KiB, those of frame header and padding among them.
    @Test(.tags(.r12), arguments: [false, true]) func zerosTornAtAnySectorAreJudgedByTheWatermark(isRecycled: Bool)
        throws
    {
        let torn = try tornZeros(isRecycled: isRecycled, bytes: 64 << 10, segmentBytes: 256 << 10)
        #expect(torn.sectors.count >= 128)
        for sector in torn.sectors { try check(torn, sector: sector, isRecycled) }
    }

    /// The same of the largest event there is: every 97th of its sectors, which is no multiple of a page.
    @Test(.tags(.r12), arguments: [false, true]) func aMebibyteOfZerosTornAtASectorIsJudgedByTheWatermark(
        isRecycled: Bool
    ) throws {
        let torn = try tornZeros(isRecycled: isRecycled, bytes: 1 << 20, segmentBytes: 2 << 20)
        #expect(torn.sectors.count >= 2_048)
        for sector in torn.sectors where sector % 97 == 0 || sector == torn.sectors.lowerBound {
            try check(torn, sector: sector, isRecycled)
        }
        // Synced and vouched for, the same zeros are part of the log, and one changed sector of them is damage.
        let whole = try LogFixture(on: torn.disk(with: torn.after))
        #expect(try whole.readAll() == torn.answered + torn.torn)
        whole.idle()
        let middle = torn.range.lowerBound + (1 << 19)
        try whole.disk.damage(torn.path, middle..<middle + 512) { _ in 0x55 }
        let error = #expect(throws: LogError.self) { try whole.reopen() }
        #expect(error?.code == .damaged)
    }

    private func tornZeros(isRecycled: Bool, bytes: Int, segmentBytes: Int) throws -> TornGroup {
        let fixture = try LogFixture(segmentBytes: segmentBytes...segmentBytes)
        // What shows through where a sector is missing is no zeros then.
        if isRecycled { fixture.useRecycledSegment(payload: [UInt8](repeating: 0xFF, count: segmentBytes / 7)) }
        fixture.append(0..<2, size: 100)
        let zeros = [UInt8](repeating: 0, count: bytes)
        return try TornGroup(fixture, answered: try fixture.readAll(), group: [zeros])
    }

    /// The sector is missing; and everything from it on is.
    private func check(_ torn: TornGroup, sector: Int, _ isRecycled: Bool) throws {
        try check(torn, torn.withoutSector(sector), zeroed: !isRecycled)
        try check(torn, torn.cut(at: max(torn.range.lowerBound, sector * 512)), zeroed: !isRecycled)
    }

    @Test(.tags(.r13)) func tornGroupsInARowExposeNothing() throws {
        for seed in UInt64(0)..<60 {
            var random = SeededRandom(seed: seed)
            let fixture = try LogFixture(seed: seed)
            var expected = fixture.append(0..<10, size: 200)
            for round in 0..<6 {
                let group = (0..<Int.random(in: 1...5, using: &random)).map { number in
                    LogFixture.payload(round * 100 + number, size: Int.random(in: 0...900, using: &random))
                }
                let torn = try TornGroup(fixture, answered: expected, group: group)
                var bytes = torn.before
                for sector in torn.sectors where random.chance(1, in: 2) {
                    for offset in sector * 512..<min(bytes.count, (sector + 1) * 512) {
                        bytes[offset] = torn.after[offset]
                    }
                }
                try fixture.reopen(on: torn.disk(with: bytes))
                let found = try fixture.readAll()
                #expect(found.starts(with: expected))
                #expect(group.starts(with: found.dropFirst(expected.count)))
                expected = found
                if random.chance(1, in: 2) { expected += fixture.append(round * 1_000..<round * 1_000 + 1, size: 60) }
            }
        }
    }
}
