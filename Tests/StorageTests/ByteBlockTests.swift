import Storage
import TestSupport
import Testing

@Suite struct ByteBlockTests {
    @Test func itGrowsAndKeepsItsBytes() {
        let block = ByteBlock(capacity: 0)
        var random = SeededRandom(seed: 3)
        var expected: [UInt8] = []
        for _ in 0..<500 {
            let bytes = random.bytes(Int.random(in: 0...90, using: &random))
            block.append(bytes.span.bytes)
            expected += bytes
        }
        #expect(block.count == expected.count)
        #expect(block.bytes.array() == expected)
    }

    @Test func numbersAreLittleEndian() {
        let block = ByteBlock(capacity: 8)
        block.append(UInt32(0x0102_0304))
        block.append(UInt8(9))
        block.append(UInt64(1))
        block.store(UInt16(0xAABB), at: 1)
        #expect(block.bytes.array() == [4, 0xBB, 0xAA, 1, 9, 1, 0, 0, 0, 0, 0, 0, 0])
        #expect(block.bytes.load(5, as: UInt64.self) == 1)
    }

    @Test func paddingFillsWithZerosAndOnlyWhenItMust() {
        let block = ByteBlock(copying: [UInt8](repeating: 0xFF, count: 5).span.bytes)
        block.pad(to: 8)
        #expect(block.bytes.array() == [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0])
        block.pad(to: 8)
        #expect(block.count == 8)
        block.removeAll()
        #expect(block.count == 0)
    }

    @Test func accessOutsideOfItsBytesEndsTheProcess() async {
        await #expect(processExitsWith: .failure) { ByteBlock(capacity: 64).store(UInt8(1), at: 0) }
        await #expect(processExitsWith: .failure) {
            let block = ByteBlock(capacity: 64)
            block.appendZeros(8)
            block.store(UInt64(1), at: 1)
        }
        await #expect(processExitsWith: .failure) {
            let block = ByteBlock(capacity: 64)
            block.appendZeros(8)
            _ = block.bytes.load(-1, as: UInt8.self)
        }
    }

    @Test func zerosAreToldFromAnythingElse() {
        for length in 0..<40 {
            var bytes = [UInt8](repeating: 0, count: length)
            #expect(Self.isZero(bytes))
            for position in 0..<length {
                bytes[position] = 1
                #expect(!Self.isZero(bytes))
                bytes[position] = 0
            }
        }
    }

    private static func isZero(_ bytes: [UInt8]) -> Bool { bytes.span.bytes.isZero }
}
