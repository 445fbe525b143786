import Storage

/// The first 64 bytes of every file of an index (FORMAT.md section 1).
struct PageHeader: Equatable {
    static let size = 64
    static let version: UInt32 = 1

    /// Little-endian `GLWINDOW` and `GLCHUNK1`.
    enum Magic: UInt64 {
        case window = 0x574F_444E_4957_4C47
        case chunk = 0x314B_4E55_4843_4C47
    }

    var magic: Magic
    var identity: IndexIdentity
    var bootIdentity: UInt64
    var chunk: UInt64
    var epoch: UInt32

    /// The header as it lies in the file, with its checksum.
    func encoded() -> ByteBlock {
        let block = ByteBlock(capacity: Self.size)
        block.append(magic.rawValue)
        block.append(Self.version)
        block.append(identity.subscription)
        block.append(identity.storeLow)
        block.append(identity.storeHigh)
        block.append(identity.topic)
        block.append(bootIdentity)
        block.append(chunk)
        block.append(epoch)
        block.append(CRC32C.checksum(block.bytes))
        return block
    }

    /// Whether the page begins with exactly this header.
    func opens(_ page: RawSpan) -> Bool {
        guard page.byteCount >= Self.size else { return false }
        let expected = encoded()
        for offset in stride(from: 0, to: Self.size, by: 8)
        where page.load(offset, as: UInt64.self) != expected.bytes.load(offset, as: UInt64.self) {
            return false
        }
        return true
    }

    /// The epoch that a page claims to be of. Believed only together with ``opens(_:)``.
    static func epoch(of page: RawSpan) -> UInt32? {
        page.byteCount >= size ? page.load(56, as: UInt32.self) : nil
    }
}
