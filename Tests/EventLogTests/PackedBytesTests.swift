@testable import EventLog
import Storage
import TestSupport
import Testing

/// Packed files, blocks and indexes that no packer writes.
@Suite struct PackedBytesTests {
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]], path: String) {
        let fixture = try LogFixture()
        let payloads = fixture.appendTexts(0..<120, size: 300)
        try fixture.packAll()
        return (fixture, payloads, LogFixture.path(PackedFile.name(1)))
    }

    /// An index whose checksums are right, and whose numbers are at their limits.
    @Test(.tags(.r15)) func absurdNumbersInAWholeIndexAreRefusedBeforeAnythingIsAllocated() throws {
        let (fixture, _) = try PackedReadingTests.store(segmentBytes: 300 << 10, frames: 1_500)
        try fixture.packAll()
        let packed = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed })
        let bytes = try fixture.disk.durableBytes(packed.path)
        let numbers: [UInt64] = [0, 1, 63, 65, UInt64(PackedBlock.rawLengthMax) + 1, 1 << 31, 1 << 40, .max / 4, .max]
        var refused = 0
        for field in [0, 8, 16, 24, 32, 36, 44] {
            for number in numbers {
                for position in 0..<packed.header.blockCount {
                    let block = ByteBlock(copying: bytes.span.bytes)
                    let place = packed.header.indexOffset + position * PackedBlock.length + field
                    if field < 32 {
                        block.store(number, at: place)
                    } else {
                        block.store(UInt32(truncatingIfNeeded: number), at: place)
                    }
                    let isWhole = block.bytes.isEqual(to: bytes.span.bytes)
                    let refusal = try refusal(block, packed.header)
                    if refusal != nil { refused += 1 }
                    // Where blocks lie and how long they are is judged before any is read.
                    if (16..<40).contains(field), !isWhole {
                        #expect(refusal == .opening, "\(field) \(number) \(position)")
                    }
                }
            }
        }
        #expect(refused > 200)
        // A raw length that the header agrees with, but the block does not.
        var header = packed.header
        let last = try #require(packed.block(header.blockCount - 1))
        for length in [last.rawLength - 8, last.rawLength + 8, PackedBlock.rawLengthMax, PackedBlock.rawLengthMax + 8] {
            header.rawLength = last.rawOffset + length
            let block = ByteBlock(copying: bytes.span.bytes)
            let place = header.indexOffset + (header.blockCount - 1) * PackedBlock.length
            block.store(UInt32(length), at: place + 32)
            #expect(try refusal(block, header) != nil)
        }
    }

    private enum Refusal {
        case opening, reading
    }

    /// Makes the checksums right, opens the file and reads all of it.
    private func refusal(_ bytes: ByteBlock, _ header: PackedHeader) throws -> Refusal? {
        var header = header
        let index = bytes.bytes.extracting(header.indexOffset..<bytes.count)
        header.indexChecksum = CRC32C.checksum(index, seed: header.segment.seed)
        let file = header.encoded()
        file.append(bytes.bytes.extracting(PackedHeader.length..<bytes.count))
        var refusal = Refusal.opening
        do throws(LogError) {
            let packed = try PackedFile(ZstdCodec.copy(file.bytes), path: "x", cache: BlockCache(bytesMax: 0))
            refusal = .reading
            try SealedSegment(packed).verify()
            return nil
        } catch {
            #expect(error.code == .damaged)
            return refusal
        }
    }

    @Test(.tags(.r15)) func randomBytesAreNoPackedSegmentAndNoBlock() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let bytes = random.bytes(Int.random(in: 0...400, using: &random))
            #expect(throws: LogError.self) { _ = try PackedHeader.read(bytes.span.bytes, file: "x") }
            #expect(ZstdCodec.decompress(bytes.span.bytes, to: 100) == nil)
            _ = PackedBlock(bytes.span.bytes, at: Int.random(in: -3...9, using: &random))
        }
    }

    @Test(.tags(.r15)) func aBlockLongerThanAnyFrameMayMakeItIsNone() {
        for (length, isOne) in [
            (63, false), (64, true), (PackedBlock.rawLengthMax, true), (PackedBlock.rawLengthMax + 1, false),
        ] {
            let index = ByteBlock(capacity: PackedBlock.length)
            let block = PackedBlock(
                firstSequence: 1, firstTime: 2, rawOffset: 4_096, storedOffset: PackedHeader.length, rawLength: length,
                storedLength: 20,
                checksum: 5, codec: .zstd)
            block.append(to: index)
            #expect(PackedBlock(index.bytes, at: 0) == (isOne ? block : nil))
        }
    }

    @Test(.tags(.r15)) func aPackedFileWithoutABlockIsRefused() throws {
        let (fixture, _, _) = try store()
        var header = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed }).header
        header.blockCount = 0
        header.rawLength = SegmentHeader.blockLength
        header.indexOffset = PackedHeader.length
        let nothing: [UInt8] = []
        header.indexChecksum = CRC32C.checksum(nothing.span.bytes, seed: header.segment.seed)
        let file = header.encoded()
        let error = #expect(throws: LogError.self) {
            _ = try PackedFile(ZstdCodec.copy(file.bytes), path: "x", cache: BlockCache(bytesMax: 0))
        }
        #expect(error?.code == .damaged && error?.segment == header.segment.id)
    }

    /// Its checksums are right, but who looks for an event would look in a block that does not hold it.
    @Test(.tags(.r08, .r15)) func anIndexThatTellsOfOtherFramesThanTheBlocksHoldIsFound() throws {
        let (fixture, _) = try PackedReadingTests.store(segmentBytes: 300 << 10, frames: 1_500)
        try fixture.packAll()
        let packed = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed })
        let bytes = try fixture.disk.durableBytes(packed.path)
        for position in 1..<packed.header.blockCount {
            let entry = try #require(packed.block(position))
            for (field, value) in [(0, entry.firstSequence - 1), (8, entry.firstTime - 1)] {
                let block = ByteBlock(copying: bytes.span.bytes)
                block.store(value, at: packed.header.indexOffset + position * PackedBlock.length + field)
                #expect(try refusal(block, packed.header) == .reading, "block \(position), field \(field)")
            }
        }
    }

    @Test(.tags(.r15)) func nothingIsNotCompressed() {
        for count in 0...1 {
            let bytes = [UInt8](repeating: 7, count: count)
            let compressed = ZstdCompressor().compress(bytes.span.bytes)
            #expect(compressed == nil)
        }
    }

    @Test(.tags(.r15)) func aPackedFileOfAnotherLengthThanItsHeaderSaysIsRefused() throws {
        let (fixture, _, path) = try store()
        let bytes = try fixture.disk.durableBytes(path)
        let index = try #require(fixture.log.reading.withLock { $0.sealed[0].segment.packed }).header.indexOffset
        for length in [PackedHeader.length, index - 1, index, bytes.count - PackedBlock.length, bytes.count - 1] {
            let part = ZstdCodec.copy(bytes.span.bytes.extracting(0..<length))
            let error = #expect(throws: LogError.self) {
                _ = try PackedFile(part, path: path, cache: BlockCache(bytesMax: 0))
            }
            #expect(error?.code == .damaged && error?.offset == length)
        }
    }

    @Test(.tags(.r15)) func aCompressedBlockThatIsCutGivesNothing() throws {
        let raw = LogFixture.text(1, size: 9_000)
        let compressed = ZstdCompressor().compress(raw.span.bytes)
        let stored = try #require(compressed)
        for length in 0..<stored.count {
            let part = ZstdCodec.decompress(stored.bytes.extracting(0..<length), to: raw.count)
            #expect(part == nil, "\(length) bytes")
        }
        for length in [0, 1, raw.count - 1, raw.count + 1] {
            let other = ZstdCodec.decompress(stored.bytes, to: length)
            #expect(other == nil, "to \(length) bytes")
        }
        let whole = ZstdCodec.decompress(stored.bytes, to: raw.count)
        let region = try #require(whole)
        let bytes = region.bytes.array()
        #expect(bytes == raw)
    }
}
