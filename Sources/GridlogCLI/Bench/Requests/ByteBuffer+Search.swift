import Foundation
import NIOCore

/// Searching and comparing at the speed of the C library: the load generator shares its cores with the server that it
/// measures. The only file of the command that touches raw memory, beside ``PublishRequest`` and ``AnswerHead``.
extension ByteBuffer {
    /// The bytes are the text, then what `middle` holds, then the other text.
    func readableBytesAre(_ start: StaticString, _ middle: ByteBuffer, _ end: StaticString) -> Bool {
        let (startCount, endCount) = (start.utf8CodeUnitCount, end.utf8CodeUnitCount)
        guard readableBytes == startCount + middle.readableBytes + endCount else { return false }
        return withUnsafeReadableBytes { bytes in
            middle.withUnsafeReadableBytes { middle in
                guard let base = bytes.baseAddress else { return true }
                if let other = middle.baseAddress, memcmp(base + startCount, other, middle.count) != 0 { return false }
                return memcmp(base, start.utf8Start, startCount) == 0
                    && memcmp(base + startCount + middle.count, end.utf8Start, endCount) == 0
            }
        }
    }

    /// Where the text is found first, as an offset from the reader index. O(readable bytes).
    func offset(of text: StaticString) -> Int? {
        withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            return Self.find(text, base, base + bytes.count).map { $0 - base }
        }
    }

    /// Appends to `list` what follows each occurrence of `marker` up to the next quote, in quotes and between commas: the
    /// inside of a JSON array of strings. O(readable bytes).
    ///
    /// - Returns: how many there were.
    func appendStrings(after marker: StaticString, to list: inout ByteBuffer) -> Int {
        withUnsafeReadableBytes { bytes in
            guard var rest = bytes.baseAddress else { return 0 }
            let end = rest + bytes.count
            var count = 0
            while let found = Self.find(marker, rest, end) {
                let start = found + marker.utf8CodeUnitCount
                guard let quote = memchr(start, Int32(UInt8(ascii: "\"")), end - start) else { break }
                rest = UnsafeRawPointer(quote)
                list.writeStaticString(count == 0 ? "\"" : ",\"")
                list.writeBytes(UnsafeRawBufferPointer(start: start, count: rest - start))
                list.writeStaticString("\"")
                count += 1
            }
            return count
        }
    }

    /// The first occurrence of the text. Its first byte should be a rare one: `memchr` passes over everything else.
    private static func find(
        _ text: StaticString, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) -> UnsafeRawPointer? {
        let (count, first) = (text.utf8CodeUnitCount, Int32(text.utf8Start[0]))
        var rest = start
        while end - rest >= count, let found = memchr(rest, first, end - rest - count + 1) {
            if memcmp(found, text.utf8Start, count) == 0 { return UnsafeRawPointer(found) }
            rest = UnsafeRawPointer(found) + 1
        }
        return nil
    }
}
