/// Which 512-byte sectors of a file were written since they were last synced.
struct SectorSet: Sendable {
    static let sectorLength = 512

    private var words: [UInt64] = []

    /// Notes every sector that the bytes touch.
    mutating func insert(_ bytes: Range<Int>) {
        guard !bytes.isEmpty else { return }
        let first = bytes.lowerBound / Self.sectorLength
        let last = (bytes.upperBound - 1) / Self.sectorLength
        if words.count <= last / 64 {
            words.append(contentsOf: repeatElement(0, count: last / 64 + 1 - words.count))
        }
        for sector in first...last { words[sector / 64] |= 1 << UInt64(sector % 64) }
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
    }

    func contains(_ sector: Int) -> Bool {
        sector / 64 < words.count && words[sector / 64] & (1 << UInt64(sector % 64)) != 0
    }

    /// Calls the body with each sector, ascending.
    func forEach(_ body: (Int) -> Void) {
        for (position, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(position * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
