import Storage

/// Writes zero bytes over a part of a file.
enum Zeros {
    private static let blockLength = 1 << 20

    /// A few zeros, to be written many times over.
    static let block = {
        let block = ByteBlock(capacity: 16 << 10)
        block.appendZeros(16 << 10)
        return block
    }()

    /// Durable after the next sync of the file.
    static func write(to file: any StorageFile, _ range: Range<Int>) throws(StorageError) {
        let block = ByteBlock(capacity: min(blockLength, range.count))
        block.appendZeros(min(blockLength, range.count))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let length = min(block.count, range.upperBound - offset)
            if length < block.count {
                let rest = ByteBlock(capacity: length)
                rest.appendZeros(length)
                try file.write([rest], at: offset)
            } else {
                try file.write([block], at: offset)
            }
            offset += length
        }
    }
}
