import CommandOutput
import Foundation
import Synchronization

/// Where commands write: results on standard output, everything else on standard error (contract, decision 36).
enum Output {
    private static let buffer = Mutex<[UInt8]>([])
    private static let bufferBytes = 64 << 10

    /// Writes to standard output; a reader that closed the pipe (`| head`) ends the process without a word, and anything else that keeps
    /// it from being written with status 2.
    static func write(_ bytes: [UInt8]) {
        let mustFlush = buffer.withLock { buffer in
            buffer += bytes
            return buffer.count >= bufferBytes
        }
        if mustFlush { flush() }
    }

    static func line(_ text: String) { write(Array((text + "\n").utf8)) }

    /// - Parameter cutsLast: on a terminal the last column is cut where it does not fit; else it goes beneath.
    static func table(_ table: Table, cutsLast: Bool = false) {
        let text = Terminal.width.map { cutsLast ? table.aligned(width: $0) : table.folded(width: $0) }
        write(Array((text ?? table.plain()).utf8))
    }

    /// Writes a document with its members in the order of their names.
    static func document(_ document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        write(Array(try encoder.encode(document)) + [0x0A])
    }

    static func flush() {
        let bytes = buffer.withLock { buffer in
            defer { buffer.removeAll(keepingCapacity: true) }
            return buffer
        }
        guard !bytes.isEmpty else { return }
        let error = StandardOutput.write(bytes)
        if error == EPIPE { end(.sound) }
        guard error == 0 else {
            complain("standard output cannot be written: \(String(cString: strerror(error)))")
            end(.usage)
        }
    }

    /// A line on standard error.
    ///
    /// - Parameter isWhole: the message names the command itself.
    static func complain(_ message: String, isWhole: Bool = false) {
        let text = isWhole ? message : "gridlog-inspect: \(message)"
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static func end(_ status: Failure.Status) -> Never { exit(status.rawValue) }
}
