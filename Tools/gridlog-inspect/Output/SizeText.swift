import Foundation

/// Shows numbers of bytes and shares to people.
enum SizeText {
    /// Up to four digits, in units of 1,024.
    static func bytes(_ count: Int) -> String {
        guard count >= 10_000 else { return "\(count) B" }
        var value = Double(count)
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1_000, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return String(format: value < 10 ? "%.2f %@" : value < 100 ? "%.1f %@" : "%.0f %@", value, units[unit])
    }

    /// How many of something there are.
    ///
    /// - Parameter noun: the one, which an `s` makes many.
    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// One of so many in percent; a dash for none.
    static func share(_ part: Int, of whole: Int) -> String {
        whole > 0 ? String(format: "%.0f %%", 100 * Double(part) / Double(whole)) : "-"
    }
}
