import Foundation

/// The lines of a file or of standard input, each of a bounded length.
struct LineReader {
    private let file: FileHandle
    private let lengthMax: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// Of the line that was read last, from 1.
    private(set) var number = 0

    private static let pieceBytes = 256 << 10
    private static let newline = UInt8(ascii: "\n")

    /// - Parameter path: `-` for standard input.
    init(_ path: String, lengthMax: Int) throws {
        self.lengthMax = lengthMax
        guard path != "-" else {
            file = .standardInput
            return
        }
        do {
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw Failure(.usage, "'\(path)' cannot be read: \(error.localizedDescription)")
        }
    }

    /// The next line without its end; `nil` after the last one.
    ///
    /// - Throws: ``Failure`` for one that is too long, and when the file cannot be read.
    mutating func next() throws(Failure) -> ArraySlice<UInt8>? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: Self.newline) { return try take(upTo: end, skipping: 1) }
            guard buffer.count - position <= lengthMax else { return try take(upTo: buffer.count, skipping: 0) }
            guard !isAtEnd else {
                return position < buffer.count ? try take(upTo: buffer.count, skipping: 0) : nil
            }
            buffer.removeFirst(position)
            position = 0
            searched = buffer.count
            try fill()
        }
    }

    private mutating func take(upTo end: Int, skipping: Int) throws(Failure) -> ArraySlice<UInt8> {
        number += 1
        let line = buffer[position..<end]
        position = end + skipping
        guard line.count <= lengthMax else { throw Failure(.usage, "it is longer than \(lengthMax) bytes") }
        return line
    }

    private mutating func fill() throws(Failure) {
        do {
            let piece = try file.read(upToCount: Self.pieceBytes) ?? Data()
            if piece.isEmpty { isAtEnd = true }
            buffer += piece
        } catch {
            throw Failure(.usage, "the next line cannot be read: \(error.localizedDescription)")
        }
    }
}
