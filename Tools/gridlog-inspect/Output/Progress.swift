import Foundation

/// How far long work is, on standard error; nothing where that is no terminal.
final class Progress {
    private static let width = 30
    private static let isVisible = isatty(STDERR_FILENO) == 1

    private let what: String
    private let total: Int?
    private var done = 0
    private var shown = Date()
    private let start = Date()

    /// - Parameter total: in bytes; with it there is a bar.
    init(_ what: String, of total: Int? = nil) {
        self.what = what
        self.total = total.map { max($0, 1) }
    }

    /// So many bytes more are done. Here Ctrl-C ends what makes a store.
    func advance(_ bytes: Int) {
        done += bytes
        Interruption.check()
        guard Self.isVisible, Date().timeIntervalSince(shown) > 0.2 else { return }
        shown = Date()
        guard let total else { return write("\r\(SizeText.bytes(done)) \(what)\u{1B}[K") }
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
