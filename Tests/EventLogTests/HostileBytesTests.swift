@testable import EventLog
import Storage
import TestSupport
import Testing

/// R15: no bytes make a decoder trap, loop or take more memory than the file has.
@Suite struct HostileBytesTests {
    @Test(.tags(.r15)) func randomBytesAreNoFrameNoHeaderAndNoLedger() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<3_000 {
            let bytes = random.bytes(Int.random(in: 0...300, using: &random))
            #expect(FrameHeader.read(bytes.span.bytes, at: 0, seed: 3) == nil)
            #expect(SegmentLedger(bytes.span.bytes) == nil)
            #expect(throws: LogError.self) { _ = try SegmentHeader.read(bytes.span.bytes, file: "x") }
        }
    }

    @Test(.tags(.r15)) func aFrameHeaderIsReadNowhereOutsideOfTheBytes() {
        let bytes = [UInt8](repeating: 0, count: 200)
        for offset in [Int.min, -64, -1, 137, 200, Int.max] {
            #expect(FrameHeader.read(bytes.span.bytes, at: offset, seed: 0) == nil)
        }
    }

    /// The disk of a fixture, with one more frame header behind the last frame; its checksum is right.
    ///
    /// - Parameter bytes: overwrite bytes of the header, by offset, before its checksum is made.
    private func disk(
        _ fixture: LogFixture, endingWith header: FrameHeader, _ bytes: [Int: UInt8] = [:]
    ) throws -> SimulatedDisk {
        let end = fixture.endOffset
        let seed = fixture.log.writer.active.segment.header.seed
        let block = ByteBlock(capacity: FrameHeader.length)
        block.appendZeros(FrameHeader.length)
        _ = header.write(to: block, seed: seed)
        for (offset, byte) in bytes { block.store(byte, at: offset) }
        block.store(CRC32C.checksum(block.bytes.extracting(0..<60), seed: seed), at: 60)
        var bytes = try fixture.disk.durableBytes(fixture.newestPath)
        bytes.replaceSubrange(end..<end + FrameHeader.length, with: block.bytes.array())
        let disk = fixture.disk.powerCut(.everything)
        try disk.replace(fixture.newestPath, with: bytes)
        return disk
    }

    /// A frame header whose checksum is right, and whose every number is at its limit.
    @Test(.tags(.r15)) func wholeHeadersWithAbsurdNumbersNeitherTrapNorAllocate() throws {
        let fixture = try LogFixture()
        fixture.append(0..<3, size: 100)
        let active = fixture.log.writer.active
        let sane = FrameHeader(
            kind: 1, firstSequence: 4, appendTime: .max, durableWatermark: 4_096, storedLength: 8, rawLength: 8,
            recordCount: 1, previousLength: active.lastLength, previousChecksum: active.lastChecksum,
            payloadChecksum: CRC32C.checksum([UInt8](repeating: 0, count: 8).span.bytes))
        let changes: [(inout FrameHeader) -> Void] = [
            { $0.storedLength = .max }, { $0.storedLength = 64 << 20 }, { $0.rawLength = .max },
            { $0.recordCount = .max }, { $0.firstSequence = .max }, { $0.durableWatermark = .max }, { $0.kind = 0 },
            { $0.kind = 255 }, { $0.previousLength = .max }, { $0.flags = 255 },
            {
                $0.firstSequence = .max
                $0.recordCount = .max
            },
        ]
        for change in changes {
            var header = sane
            change(&header)
            let disk = try self.disk(fixture, endingWith: header)
            let reader = try? LogFixture(on: disk)
            if let reader {
                _ = try? reader.readAll()
                #expect(try reader.log.frame(containing: 3) != nil)
                reader.append([1])
            }
        }
    }

    /// A frame that is whole and of this segment, but does not continue the frame before it in one respect.
    @Test(.tags(.r11, .r13)) func aFrameThatDoesNotContinueTheChainIsNotTaken() throws {
        let fixture = try LogFixture()
        fixture.append(0..<3, size: 100)
        let end = fixture.endOffset
        let active = fixture.log.writer.active
        let chained = FrameHeader(
            kind: 1, firstSequence: 4, appendTime: fixture.clock.wallTime, durableWatermark: 4_096, storedLength: 0,
            rawLength: 0, recordCount: 1, previousLength: active.lastLength, previousChecksum: active.lastChecksum,
            payloadChecksum: 0)
        let changes: [(isTaken: Bool, change: (inout FrameHeader) -> Void)] = [
            (true, { _ in }), (false, { $0.previousChecksum ^= 1 }), (false, { $0.previousLength += 8 }),
            (false, { $0.firstSequence += 1 }), (false, { $0.firstSequence -= 1 }), (false, { $0.appendTime -= 1 }),
            (false, { $0.kind = FrameKind.settlements.rawValue }),
        ]
        for (isTaken, change) in changes {
            var header = chained
            change(&header)
            let disk = try self.disk(fixture, endingWith: header)
            #expect(try LogFixture(on: disk).log.tail == (isTaken ? 5 : 4))
        }
        // One that vouches for more than stands before it speaks of frames that are gone.
        var header = chained
        header.durableWatermark = UInt64(end) + 8
        let disk = try self.disk(fixture, endingWith: header)
        let error = #expect(throws: LogError.self) { _ = try LogFixture(on: disk) }
        #expect(error?.code == .damaged && error?.offset == end)
    }

    /// A header whose checksum is right was not torn: whoever wrote it may have answered what is in the frame.
    @Test(.tags(.r13, .r16)) func aFrameThatThisVersionDoesNotKnowIsNeitherReadNorCut() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<3, size: 100)
        let active = fixture.log.writer.active
        let filler = FrameHeader(
            kind: FrameKind.filler.rawValue, firstSequence: 4, appendTime: fixture.clock.wallTime,
            durableWatermark: 4_096, storedLength: 0, rawLength: 0, recordCount: 0, previousLength: active.lastLength,
            previousChecksum: active.lastChecksum, payloadChecksum: 0)
        // By offset: 4 version, 5 kind, 6 codec, 36 raw length.
        let unknown: [[Int: UInt8]] = [
            [4: 2], [5: 0], [5: 6], [5: 127], [6: 1], [6: 255], [36: 1], [5: 128, 36: 1], [6: 1, 36: 1],
        ]
        for bytes in unknown {
            let disk = try self.disk(fixture, endingWith: filler, bytes)
            let before = try LogFixture.files(on: disk)
            let error = #expect(throws: LogError.self, "\(bytes)") { try LogFixture(on: disk) }
            #expect(error?.code == .incompatible && error?.offset == fixture.endOffset, "\(bytes)")
            #expect(error?.file == fixture.newestPath)
            #expect(try LogFixture.files(on: disk) == before, "\(bytes)")
        }
        // What may be skipped may be coded in any way.
        for bytes in [[:], [5: 128], [5: 255], [5: 128, 6: 1], [5: 200, 6: 9, 36: 1]] as [[Int: UInt8]] {
            let reader = try LogFixture(on: self.disk(fixture, endingWith: filler, bytes))
            #expect(reader.endOffset == fixture.endOffset + FrameHeader.length, "\(bytes)")
            #expect(try reader.readAll() == payloads)
            #expect(reader.append([1]).firstSequence == 4)
        }
    }

    @Test(.tags(.r15)) func randomChangesAnywhereNeitherTrapNorHang() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        let names = try fixture.disk.names(in: LogFixture.directory)
        for seed in UInt64(0)..<300 {
            var random = SeededRandom(seed: seed)
            let disk = fixture.disk.powerCut(.everything)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let path = LogFixture.path(names.randomElement(using: &random) ?? "")
                let size = try disk.liveBytes(path).count
                let start = Int.random(in: 0..<size, using: &random)
                let end = min(size, start + Int.random(in: 1...64, using: &random))
                let value = UInt8.random(in: 0...255, using: &random)
                try disk.damage(path, start..<end) { _ in value }
            }
            guard let reader = try? LogFixture(on: disk) else { continue }
            for sequence in UInt64(1)..<reader.log.tail {
                try? reader.log.frame(containing: sequence)?.verify()
            }
            _ = reader.replayed()
        }
    }

    @Test(.tags(.r15)) func aLedgerWhoseCountDoesNotMatchItsLengthIsRefused() {
        let identity = LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3)
        let entry = SegmentLedger.Entry(id: 1, baseSequence: 1, length: 0, endSequence: 0)
        let bytes = SegmentLedger(identity: identity, durableWatermark: 9, segments: [entry]).encoded().bytes.array()
        #expect(SegmentLedger(bytes.span.bytes)?.segments == [entry])
        for count in [UInt32(0), 2, .max] {
            let block = ByteBlock(copying: bytes.span.bytes)
            block.store(count, at: 32)
            #expect(SegmentLedger(block.bytes) == nil)
        }
    }
}
