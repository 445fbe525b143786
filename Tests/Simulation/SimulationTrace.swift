/// What happened, in words: the last lines of it, and a digest of all, which is the same for the same seed.
struct SimulationTrace {
    private let linesMax: Int
    private var lines: [String] = []
    /// FNV-1a over every line.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    init(linesMax: Int) {
        self.linesMax = linesMax
    }

    mutating func add(_ line: String) {
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        lines.append(line)
        if lines.count >= 2 * linesMax { lines.removeFirst(lines.count - linesMax) }
    }

    /// The last lines, oldest first.
    var last: [String] { Array(lines.suffix(linesMax)) }
}
