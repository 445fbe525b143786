@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct PackedDamageTests {
    /// Two packed segments of one block each, and two that are not packed.
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]], path: String) {
        let fixture = try LogFixture()
        let payloads = fixture.appendTexts(0..<120, size: 300)
        try fixture.packAll()
        return (fixture, payloads, LogFixture.path(PackedFile.name(1)))
    }

    private func sequences(of position: Int, in fixture: LogFixture) -> ClosedRange<UInt64> {
        let sealed = fixture.log.reading.withLock { $0.sealed[position] }
        return sealed.baseSequence...sealed.endSequence - 1
    }

    /// Opens a damaged store and asks for every event. - Returns: the sequences that could not be read.
    private func unreadable(
        on disk: SimulatedDisk, _ payloads: [[UInt8]], damaged path: String, _ what: String
    ) throws -> Set<UInt64> {
        let reader: LogFixture
        do {
            reader = try LogFixture(on: disk)
        } catch let error as LogError {
            #expect(error.code == .damaged || error.code == .incompatible, "\(what): \(error)")
            #expect(error.file == path && error.segment == 1, "\(what): \(error)")
            #expect(error.offset != nil || error.message.contains("another log"), "\(what): \(error)")
            return Set(try #require(error.sequences, "\(what): \(error)"))
        }
        return try unreadable(in: reader.log, payloads, damaged: path, what)
    }

    private func unreadable(
        in log: SegmentedLog, _ payloads: [[UInt8]], damaged path: String, _ what: String
    ) throws -> Set<UInt64> {
        var unreadable: Set<UInt64> = []
        for sequence in UInt64(1)...UInt64(payloads.count) {
            do throws(LogError) {
                guard let frame = try log.frame(containing: sequence) else {
                    Issue.record("\(what): \(sequence) is silently missing")
                    continue
                }
                try frame.verify()
                if frame.payload.array() != payloads[Int(sequence) - 1] {
                    Issue.record("\(what): \(sequence) is another event")
                }
            } catch {
                unreadable.insert(sequence)
                if error.code != .damaged || error.file != path || error.offset == nil
                    || error.sequences?.contains(sequence) != true
                {
                    Issue.record("\(what): \(error)")
                }
            }
        }
        return unreadable
    }

    @Test(.tags(.r08, .r14, .r15)) func anyChangedByteOfAPackedFileIsNoticedAndNamed() throws {
        let (fixture, payloads, path) = try store()
        let all = Set(sequences(of: 0, in: fixture))
        for offset in 0..<(try fixture.disk.durableBytes(path).count) {
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(offset % 8)) }
            let found = try unreadable(on: disk, payloads, damaged: path, "byte \(offset)")
            #expect(found == all, "byte \(offset)")
        }
    }

    /// The disk gives other bytes than when the file was opened.
    @Test(.tags(.r08, .r15)) func anyByteThatChangesAfterOpeningIsNoticedWhenItMatters() throws {
        let (fixture, payloads) = try PackedReadingTests.store(segmentBytes: 200 << 10, frames: 900)
        try fixture.packAll()
        let path = LogFixture.path(PackedFile.name(1))
        let size = try fixture.disk.durableBytes(path).count
        var configuration = fixture.log.configuration
        configuration.blockCache = BlockCache(bytesMax: 0)
        let log = try SegmentedLog.open(configuration, committer: Committer(clock: fixture.clock))
        let index = log.reading.withLock { $0.sealed[0].segment.packed?.header.indexOffset } ?? 0
        let last = try #require(log.reading.withLock { $0.sealed.first }?.endSequence) - 1
        var random = SeededRandom(seed: 8)
        let blockBytes = (0..<60).map { _ in Int.random(in: PackedHeader.length..<index, using: &random) }
        var noticed = 0
        for offset in Array(index..<size) + blockBytes {
            let bit = UInt8(1) << UInt8(offset % 8)
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ bit }
            for _ in 0..<12 {
                let sequence = UInt64.random(in: 1...last, using: &random)
                do throws(LogError) {
                    guard let frame = try log.frame(containing: sequence) else {
                        Issue.record("\(sequence) is silently missing after a change at \(offset)")
                        continue
                    }
                    try frame.verify()
                    #expect(payloads.contains(frame.payload.array()))
                    #expect(frame.firstSequence <= sequence && sequence < frame.endSequence)
                } catch {
                    noticed += 1
                    #expect(error.code == .damaged && error.file == path && error.offset != nil)
                    #expect(error.sequences?.contains(sequence) == true)
                }
            }
            try fixture.disk.damage(path, offset..<offset + 1) { $0 ^ bit }
        }
        #expect(noticed > 60)
    }

    @Test(.tags(.r08, .r15)) func randomChangesInBlocksSpoilTheirBlocksOnly() throws {
        let (fixture, payloads) = try PackedReadingTests.store(segmentBytes: 300 << 10, frames: 1_500)
        try fixture.packAll()
        let path = LogFixture.path(PackedFile.name(1))
        let packed = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed })
        for seed in UInt64(0)..<120 {
            var random = SeededRandom(seed: seed)
            let offset = Int.random(in: PackedHeader.length..<packed.header.indexOffset, using: &random)
            let position = try #require(
                (0..<packed.header.blockCount).first { packed.block($0).map { offset < $0.storedEnd } == true })
            let first = try #require(packed.block(position)).firstSequence
            let end = packed.block(position + 1)?.firstSequence ?? packed.header.endSequence
            let disk = fixture.disk.powerCut(.everything)
            try disk.damage(path, offset..<offset + 1) { $0 ^ (1 << UInt8(seed % 8)) }
            let reader = try LogFixture(on: disk, segmentBytes: (300 << 10)...(300 << 10))
            var found: [[UInt8]] = []
            var sequence = UInt64(1)
            while sequence < reader.log.tail {
                do throws(LogError) {
                    guard let frame = try reader.log.frame(containing: sequence) else { break }
                    try frame.verify()
                    found.append(frame.payload.array())
                    sequence = frame.endSequence
                } catch {
                    #expect(error.sequences == first...end - 1)
                    #expect(error.file == path)
                    sequence = max(end, sequence + 1)
                }
            }
            #expect(sequence == reader.log.tail)
            #expect(found.count < payloads.count && payloads.filter { found.contains($0) } == found)
        }
    }

    @Test(.tags(.r18)) func aMissingShortenedOrLengthenedPackedFileIsNamedAtOpen() throws {
        let (fixture, payloads, path) = try store()
        let bytes = try fixture.disk.durableBytes(path)
        let all = Set(sequences(of: 0, in: fixture))
        for length in 0..<bytes.count {
            let disk = fixture.disk.powerCut(.everything)
            try disk.replace(path, with: Array(bytes[..<length]))
            #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(try unreadable(on: disk, payloads, damaged: path, "length \(length)") == all)
        }
        let longer = fixture.disk.powerCut(.everything)
        try longer.replace(path, with: bytes + [0])
        #expect(try unreadable(on: longer, payloads, damaged: path, "longer") == all)
        let missing = fixture.disk.powerCut(.everything)
        try missing.remove(path)
        let error = #expect(throws: LogError.self) { try LogFixture(on: missing) }
        #expect(error?.code == .damaged && error?.file == path && error?.sequences.map(Set.init) == all)
    }

    @Test(.tags(.r18)) func thePackedFileOfAnotherSegmentOrLogIsNamedAtOpen() throws {
        let (fixture, payloads, path) = try store()
        let other = try fixture.disk.durableBytes(LogFixture.path(PackedFile.name(2)))
        let bytes = try fixture.disk.durableBytes(path)
        let exchanged = fixture.disk.powerCut(.everything)
        try exchanged.replace(path, with: other)
        #expect(throws: LogError.self) { try LogFixture(on: exchanged) }
        // The same numbers, in the name of another log.
        let packed = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed })
        for change: (inout SegmentHeader) -> Void in [
            { $0.identity.log += 1 }, { $0.id += 1 }, { $0.baseSequence += 1 }, { $0.salt += 1 },
            { $0.previous.checksum += 1 }, { $0.identity.store.low += 1 },
        ] {
            var header = packed.header
            change(&header.segment)
            let disk = fixture.disk.powerCut(.everything)
            let block = header.encoded()
            try disk.replace(path, with: block.bytes.array() + bytes[PackedHeader.length...])
            _ = try unreadable(on: disk, payloads, damaged: path, "another header")
            // The chain of segments names the link; the salt seeds every checksum.
            guard header.segment.previous == packed.header.segment.previous else { continue }
            #expect(throws: LogError.self) { try LogFixture(on: disk) }
        }
    }
}
