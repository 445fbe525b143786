import Foundation

/// Numbers as people read them.
enum Figure {
    /// `1,234,567`
    static func count(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number.magnitude).reversed().enumerated() {
            if position > 0, position % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// A rate: no decimals from ten on.
    static func rate(_ number: Double) -> String {
        number >= 10 ? count(Int(min(number, 1e15).rounded())) : decimals(number, 2)
    }

    /// `850 µs`, `2.90 ms`, `1.20 s`: three significant digits, which is what is measured.
    static func latency(nanoseconds: UInt64) -> String {
        let microseconds = Double(nanoseconds) / 1e3
        if microseconds < 999.5 { return decimals(microseconds, 0) + " µs" }
        if microseconds < 999_500 { return significant(microseconds / 1e3) + " ms" }
        return significant(microseconds / 1e6) + " s"
    }

    /// `10 s`, `2.5 s`
    static func seconds(_ seconds: Double) -> String {
        decimals(seconds, seconds == seconds.rounded() ? 0 : 1) + " s"
    }

    static func decimals(_ number: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", number)
    }

    private static func significant(_ number: Double) -> String {
        decimals(number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0)
    }
}
