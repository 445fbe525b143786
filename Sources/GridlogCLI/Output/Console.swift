import CommandOutput
import Foundation

/// Where the verbs write: results on standard output, everything else on standard error.
struct Console {
    /// `--json`: documents instead of tables.
    let showsJSON: Bool
    /// Standard output is a terminal, this many columns wide; nil when it is a file or a pipe.
    let terminalWidth: Int?

    init(showsJSON: Bool) {
        self.showsJSON = showsJSON
        self.terminalWidth = Terminal.width
    }

    /// Writes the document with `--json`, and the table without.
    func show(_ document: JSONText, as table: @autoclosure () -> Table) throws {
        if showsJSON {
            try write(document.pretty + "\n")
        } else if let terminalWidth {
            try write(table().aligned(width: terminalWidth))
        } else {
            try write(table().plain())
        }
    }

    /// Writes the document with `--json`, and the sentence without.
    func show(_ document: JSONText, as sentence: String) throws {
        try write((showsJSON ? document.pretty : sentence) + "\n")
    }

    /// Writes all of the text before it returns: what is settled afterwards was shown before.
    private func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandFailure(status: .failure, message: "standard output cannot be written: \(error)")
        }
    }

    /// One line on standard error.
    static func complain(_ message: String) {
        try? FileHandle.standardError.write(contentsOf: Data("gridlog: \(message)\n".utf8))
    }
}
