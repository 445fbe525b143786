@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct PackedReadingTests {
    /// Segments of several blocks each, with settlements and checkpoints between the events.
    static func store(
        segmentBytes: Int = 300 << 10, frames: Int = 2_500, size: Int = 400
    ) throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture(
            segmentBytes: segmentBytes...segmentBytes, checkpoint: { [LogFixture.text(9_999, size: 3_000)] })
        var payloads: [[UInt8]] = []
        for number in 0..<frames {
            payloads.append(LogFixture.text(number, size: size + number % 57))
            fixture.queue(payloads[number], count: 1 + number % 3)
            if number % 5 == 0 { fixture.queueSettlements(LogFixture.text(number, size: 40)) }
            if number % 7 == 0 { fixture.commit() }
        }
        fixture.commit()
        return (fixture, payloads)
    }

    @Test func everyFrameOfAPackedSegmentIsByteForByteWhatItWas() throws {
        let (fixture, payloads) = try Self.store()
        let before = try fixture.sealedFrames()
        let sealed = fixture.log.reading.withLock { $0.sealed }
        #expect(try fixture.packAll() == sealed.count - 1)
        for _ in 0..<2 {
            let after = try fixture.sealedFrames()
            #expect(after.map(\.offset) == before.map(\.offset))
            #expect(after.map(\.bytes) == before.map(\.bytes))
            #expect(try fixture.readAll() == payloads)
            #expect(fixture.packedNames.count == sealed.count - 1)
            #expect(fixture.segmentNames.count == 2)
            try fixture.reopen()
        }
    }

    @Test func everySequenceIsFoundInEitherFormWithTheSameAnswer() throws {
        let (fixture, _) = try Self.store()
        func answers() throws -> [[UInt64]] {
            try (1..<fixture.log.tail).map { sequence in
                let frame = try #require(try fixture.log.frame(containing: sequence))
                try frame.verify()
                return [frame.firstSequence, frame.endSequence, frame.appendTime, UInt64(frame.payload.byteCount)]
            }
        }
        let before = try answers()
        try fixture.packAll()
        #expect(try answers() == before)
        #expect(try fixture.log.frame(containing: fixture.log.tail) == nil)
    }

    /// Header block and frames together are the segment's own bytes up to the end of its seal.
    @Test func unpackingGivesBackTheIdenticalFile() throws {
        let (fixture, _) = try Self.store()
        let path = LogFixture.path(fixture.segmentNames[0])
        let sealed = fixture.log.reading.withLock { $0.sealed[0] }
        let file = try fixture.disk.durableBytes(path).prefix(sealed.length)
        try fixture.packAll()
        let packed = fixture.log.reading.withLock { $0.sealed[0] }
        #expect(packed.segment.packed != nil)
        #expect(packed.ledgerEntry.length == sealed.ledgerEntry.length)
        #expect(packed.link == sealed.link)
        let header = packed.segment.header.encoded().block
        var bytes = header.bytes.array()
        while bytes.count < packed.length {
            let region = try packed.segment.part(at: bytes.count).region
            bytes += region.bytes.array()
        }
        #expect(bytes == Array(file))
    }

    @Test func readingOnDecompressesEachBlockOnce() throws {
        let (fixture, payloads) = try Self.store()
        try fixture.packAll()
        let cache = fixture.log.configuration.blockCache
        #expect(cache.usedBytes == 0)
        var next = try fixture.log.frame(containing: 1)
        var parts: [ObjectIdentifier] = []
        var held: [Segment] = []
        var count = 0
        while let frame = next {
            if held.last !== frame.segment {
                held.append(frame.segment)
                parts.append(ObjectIdentifier(frame.segment))
            }
            count += 1
            next = try fixture.log.frame(after: frame)
        }
        #expect(count == payloads.count)
        #expect(Set(parts).count == parts.count)
        #expect(parts.count > 8)
    }

    @Test func theCacheStaysWithinItsBoundAndForgetsWhatWasNotUsedLongest() throws {
        let (fixture, payloads) = try Self.store()
        try fixture.packAll()
        for bytesMax in [0, 100 << 10, 200 << 10, 1 << 20] {
            let cache = BlockCache(bytesMax: bytesMax)
            var configuration = fixture.log.configuration
            configuration.blockCache = cache
            fixture.disk.processDied()
            let log = try SegmentedLog.open(configuration, committer: Committer(clock: fixture.clock))
            var random = SeededRandom(seed: 3)
            for _ in 0..<2_000 {
                let sequence = UInt64.random(in: 1..<log.tail, using: &random)
                try #require(try log.frame(containing: sequence)).verify()
                #expect(cache.usedBytes <= bytesMax)
            }
            var found: [[UInt8]] = []
            var next = try log.frame(containing: 1)
            while let frame = next {
                found.append(frame.payload.array())
                next = try log.frame(after: frame)
                #expect(cache.usedBytes <= bytesMax)
            }
            #expect(found == payloads)
            if bytesMax > 0 { #expect(cache.usedBytes > 0) }
        }
    }

    @Test func whatWasUsedLastIsForgottenLast() {
        var table = RecentlyUsed<Int, Int>(costMax: 30)
        for key in 1...3 { #expect(table.insert(key * 10, key, cost: 10).isEmpty) }
        #expect(table.use(1) == 10)
        #expect(table.insert(40, 4, cost: 10) == [20])
        #expect(table.insert(50, 5, cost: 31).isEmpty)
        #expect(table.use(5) == nil)
        #expect(table.insert(60, 6, cost: 30) == [30, 10, 40])
        #expect(table.cost == 30)
        #expect(table.count == 1)
        #expect(table.insert(70, 7, cost: 1) == [60])
    }

    /// A frame larger than many blocks, and one of nothing.
    @Test func framesLongerThanABlockAreReadBack() throws {
        let fixture = try LogFixture(segmentBytes: (1 << 20)...(1 << 20))
        let payloads = [700_000, 0, 1, 300_000, 64 << 10, 500_000, 900_000, 10, 800_000, 5].enumerated().map {
            LogFixture.text($0, size: $1)
        }
        for payload in payloads { fixture.append(payload) }
        #expect(try fixture.packAll() >= 2)
        #expect(try fixture.readAll() == payloads)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == payloads)
    }

    @Test(.tags(.r42)) func aReaderOfTheSegmentsOwnFileKeepsItsBytesAndItsPlace() throws {
        let (fixture, payloads) = try Self.store()
        let held = try #require(try fixture.log.frame(containing: 3))
        let free = fixture.log.reading.withLock { $0.sealed[1].segment.path }
        try fixture.packAll()
        #expect(held.payload.array() == payloads[1])
        try held.verify()
        let packed = try #require(try fixture.log.frame(containing: 3))
        #expect(held.isSamePlace(as: packed))
        #expect(!held.segment.path.hasSuffix(".packed") && packed.segment.path.hasSuffix(".packed"))
        var next: LogFrame? = held
        var count = 0
        while let frame = next {
            count += 1
            next = try fixture.log.frame(after: frame)
        }
        #expect(count == payloads.count - 1)
        // The file that was read is gone from the directory, not recycled; another one became the spare.
        let names = try fixture.disk.names(in: LogFixture.directory)
        #expect(names.contains("spare.segment"))
        #expect(!names.contains { free.hasSuffix($0) })
    }
}
