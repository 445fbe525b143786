import Foundation

/// How much was done so far, on standard error, when that is a terminal.
final class CopyProgress {
    private let verb: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private var bytes = 0
    private var shownAt = Date.distantPast

    private static let interval = 0.2

    /// - Parameter verb: what is being done: `copied`.
    init(_ verb: String) {
        self.verb = verb
    }

    func add(_ more: Int) {
        bytes += more
        guard isShown, -shownAt.timeIntervalSinceNow >= Self.interval else { return }
        shownAt = Date()
        write("\r\(SizeText.bytes(bytes)) \(verb)\u{1B}[K")
    }

    /// Takes the line away.
    func end() {
        if isShown, bytes > 0 { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
