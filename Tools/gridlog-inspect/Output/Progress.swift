import Foundation

/// A bar on standard error while long work goes on; nothing where that is no terminal.
final class Progress {
    private static let width = 30
    private static let isVisible = isatty(STDERR_FILENO) == 1

    private let what: String
    private let total: Int
    private var done = 0
    private var shown = Date()
    private let start = Date()

    /// - Parameter total: in bytes.
    init(_ what: String, of total: Int) {
        self.what = what
        self.total = max(total, 1)
    }

    /// So many bytes more are done.
    func advance(_ bytes: Int) {
        done += bytes
        guard Self.isVisible, Date().timeIntervalSince(shown) > 0.2 else { return }
        shown = Date()
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        let rate = Int(Double(done) / max(shown.timeIntervalSince(start), 0.001))
        write("\r\(what) [\(bar)] \(Int(share * 100)) % \(SizeText.bytes(rate))/s  ")
    }

    /// Takes the bar away.
    func finish() {
        if Self.isVisible { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
