@testable import EventLog
import Storage
import TestSupport

extension LogFixture {
    /// Bytes that differ from those of every other number, and compress well.
    static func text(_ number: Int, size: Int) -> [UInt8] {
        let line = "{\"id\":\"\(number)\",\"type\":\"Contoso.Meter.Read\",\"source\":\"/meters/\(number % 17)\"}"
        return Array((0...(size / line.utf8.count)).flatMap { _ in Array(line.utf8) }.prefix(size))
    }

    /// Appends numbered texts, each a group of its own. - Returns: the payloads.
    @discardableResult
    func appendTexts(_ numbers: Range<Int>, size: Int) -> [[UInt8]] {
        numbers.map { number in
            let payload = Self.text(number, size: size)
            append(payload)
            return payload
        }
    }

    /// Packs everything that can be packed. - Returns: how many segments.
    @discardableResult
    func packAll() throws -> Int {
        var count = 0
        while let outcome = try log.packNextColdSegment(olderThan: 0) {
            if case .packed = outcome { count += 1 }
        }
        return count
    }

    /// The packed files, oldest first.
    var packedNames: [String] {
        let names = (try? disk.names(in: Self.directory)) ?? []
        return names.filter { $0.hasSuffix(".packed") }
    }

    /// Every frame of every kind in the sealed segments, as bytes, with its place.
    func sealedFrames() throws -> [(offset: Int, bytes: [UInt8])] {
        var frames: [(offset: Int, bytes: [UInt8])] = []
        for sealed in log.reading.withLock({ $0.sealed }) {
            var offset = SegmentHeader.blockLength
            while offset < sealed.length {
                let part = try sealed.segment.part(at: offset)
                guard let header = part.frame(at: offset)?.header else { break }
                let start = offset - part.start
                let region = part.region
                frames.append((offset, region.bytes.extracting(start..<start + header.frameLength).array()))
                offset += header.frameLength
            }
        }
        return frames
    }
}
