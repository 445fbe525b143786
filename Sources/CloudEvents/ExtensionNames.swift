/// The names of the extension attributes of one event, to refuse those that break the rules and those that come twice.
///
/// Reused from event to event. Up to sixteen names are compared with each other; more are sorted, so that the cost of
/// an event with n of them is O(n log n) whatever their bytes are.
struct ExtensionNames: Sendable {
    private struct Entry {
        /// As it was sent, in the body.
        var name: Range<Int>
        /// Its text: in the body, or in `unescaped` if `isUnescaped`.
        var range: Range<Int>
        var isUnescaped: Bool
    }

    private var entries: [Entry] = []
    private var unescaped: [UInt8] = []

    @inline(__always)
    mutating func removeAll() {
        if entries.isEmpty { return }
        entries.removeAll(keepingCapacity: true)
        unescaped.removeAll(keepingCapacity: true)
    }

    /// Adds a name, the bytes between its quotes. It must match `[a-z0-9]+`; any length is taken, as the limit of
    /// twenty characters is only a SHOULD.
    @inline(never)
    mutating func append(_ name: Range<Int>, hasEscapes: Bool, in bytes: borrowing ByteReader) throws(Fault) {
        var isValid = !name.isEmpty
        if hasEscapes {
            let start = unescaped.count
            bytes.appendUnescaped(name, to: &unescaped)
            for byte in unescaped[start...] where !ASCII.isNameCharacter(byte) { isValid = false }
            entries.append(Entry(name: name, range: start..<unescaped.count, isUnescaped: true))
        } else {
            for index in name where !ASCII.isNameCharacter(bytes[index]) {
                isValid = false
                break
            }
            entries.append(Entry(name: name, range: name, isUnescaped: false))
        }
        guard isValid else { throw Fault(reason: .badName, offset: name.lowerBound, name: name) }
    }

    /// Refuses a name that comes twice; O(n log n) comparisons.
    @inline(__always)
    mutating func refuseDuplicates(in bytes: borrowing ByteReader) throws(Fault) {
        if entries.count > 1 { try compareAll(in: bytes) }
    }

    @inline(never)
    private mutating func compareAll(in bytes: borrowing ByteReader) throws(Fault) {
        if entries.count > 16 { sort(in: bytes) }
        let reach = entries.count > 16 ? 1 : entries.count
        for index in entries.indices.dropFirst() {
            for other in max(0, index - reach)..<index
            where order(entries[other], entries[index], bytes) == 0 {
                let name = entries[index].name
                throw Fault(reason: .duplicate, offset: name.lowerBound, name: name)
            }
        }
    }

    /// Heap sort: the closure of `Array.sort` cannot hold a non-escapable reader.
    private mutating func sort(in bytes: borrowing ByteReader) {
        for root in stride(from: entries.count / 2 - 1, through: 0, by: -1) {
            siftDown(from: root, count: entries.count, bytes)
        }
        for last in stride(from: entries.count - 1, to: 0, by: -1) {
            entries.swapAt(0, last)
            siftDown(from: 0, count: last, bytes)
        }
    }

    private mutating func siftDown(from start: Int, count: Int, _ bytes: borrowing ByteReader) {
        var root = start
        while 2 * root + 1 < count {
            var child = 2 * root + 1
            if child + 1 < count, order(entries[child], entries[child + 1], bytes) < 0 { child += 1 }
            guard order(entries[root], entries[child], bytes) < 0 else { return }
            entries.swapAt(root, child)
            root = child
        }
    }

    /// Less than, equal to or greater than zero, by length and then by bytes.
    private func order(_ left: Entry, _ right: Entry, _ bytes: borrowing ByteReader) -> Int {
        if left.range.count != right.range.count { return left.range.count - right.range.count }
        for place in 0..<left.range.count {
            let difference = Int(byte(left, place, bytes)) - Int(byte(right, place, bytes))
            if difference != 0 { return difference }
        }
        return 0
    }

    @inline(__always)
    private func byte(_ entry: Entry, _ place: Int, _ bytes: borrowing ByteReader) -> UInt8 {
        let index = entry.range.lowerBound + place
        return entry.isUnescaped ? unescaped[index] : bytes[index]
    }
}
