import Foundation

/// Latency by percentile, one curve an operation, as SVG. Both axes are logarithmic: to the right the slowest requests take as
/// much room as all others.
struct LatencyPlot {
    private let title: String
    private let subtitle: String
    private let curves: [LatencyCurve]
    private let ninesMax: Double
    /// Powers of ten of a millisecond.
    private let scale: ClosedRange<Double>

    private static let width = 860.0
    private static let height = 480.0
    private static let left = 80.0
    private static let right = 24.0
    private static let top = 84.0
    private static let bottom = 56.0
    private static let colours = ["#2a6fb0", "#c4622d", "#3b8a4f"]

    init(_ report: BenchReport) {
        let plan = report.plan
        curves = plan.kind.operations.compactMap { LatencyCurve($0, of: report) }
        title = "gridlog bench \(plan.kind.rawValue)"
        subtitle =
            "\(plan.summary), \(report.result.durability); latency of a request"
            + (plan.rate == nil ? "" : ", from when it was due")
        let points = curves.flatMap(\.points)
        ninesMax = max(1, points.map(\.nines).max() ?? 1)
        let powers = points.map { log10($0.latency) }
        let lowest = ((powers.min() ?? -1) * 2).rounded(.down) / 2
        let highest = ((powers.max() ?? 1) * 2).rounded(.up) / 2
        scale = lowest...max(highest, lowest + 0.5)
    }

    /// The drawing.
    var svg: String {
        let (width, height) = (Int(Self.width), Int(Self.height))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            font-family="system-ui, sans-serif" font-size="13">
            <rect width="\(width)" height="\(height)" fill="white"/>
            <text x="24" y="30" font-size="17" font-weight="600" fill="black">\(Self.escaped(title))</text>
            <text x="24" y="52" fill="dimgray">\(Self.escaped(subtitle))</text>
            \(latencyLines)\(percentileLines)\(lines)\(legend)</svg>

            """
    }

    private func x(_ nines: Double) -> Double {
        Self.left + nines / ninesMax * (Self.width - Self.left - Self.right)
    }

    private func y(_ latency: Double) -> Double {
        let share = (log10(latency) - scale.lowerBound) / (scale.upperBound - scale.lowerBound)
        return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    /// Horizontal lines at 1, 2 and 5 of each power of ten.
    private var latencyLines: String {
        var text = ""
        for power in Int(scale.lowerBound.rounded(.down))...Int(scale.upperBound.rounded(.up)) {
            for step in [1.0, 2, 5] {
                let latency = step * pow(10, Double(power))
                guard scale.contains(log10(latency)) else { continue }
                text += line(from: (Self.left, y(latency)), to: (Self.width - Self.right, y(latency)))
                let name = Figure.latency(nanoseconds: UInt64((latency * 1e6).rounded()))
                text += label(name, at: (Self.left - 8, y(latency) + 4), anchor: "end")
            }
        }
        return text
    }

    /// Vertical lines at the percentiles that have names.
    private var percentileLines: String {
        var text = ""
        for (name, nines) in Self.named where nines <= ninesMax {
            text += line(from: (x(nines), Self.top), to: (x(nines), Self.height - Self.bottom))
            text += label(name, at: (x(nines), Self.height - Self.bottom + 20), anchor: "middle")
        }
        return text + label("percentile of requests", at: (Self.width - Self.right, Self.height - 12), anchor: "end")
    }

    private static let named: [(name: String, nines: Double)] = [
        ("0", 0), ("50", 0.301), ("90", 1), ("99", 2), ("99.9", 3), ("99.99", 4), ("99.999", 5), ("99.9999", 6),
    ]

    private var lines: String {
        zip(curves, Self.colours).map { curve, colour in
            let points = curve.points.map { "\(Self.place(x($0.nines))),\(Self.place(y($0.latency)))" }
            return #"<polyline fill="none" stroke="\#(colour)" stroke-width="2" stroke-linejoin="round" points=""#
                + points.joined(separator: " ") + "\"/>\n"
        }.joined()
    }

    private var legend: String {
        zip(curves, Self.colours).enumerated().map { index, entry in
            let (curve, colour) = entry
            let start = Self.left + Double(index) * 240
            return #"<rect x="\#(Self.place(start))" y="66" width="18" height="4" fill="\#(colour)"/>"#
                + label(curve.name, at: (start + 24, 73), anchor: "start")
        }.joined()
    }

    private func line(from start: (Double, Double), to end: (Double, Double)) -> String {
        #"<line x1="\#(Self.place(start.0))" y1="\#(Self.place(start.1))" x2="\#(Self.place(end.0))" "#
            + #"y2="\#(Self.place(end.1))" stroke="gainsboro"/>"# + "\n"
    }

    private func label(_ text: String, at place: (Double, Double), anchor: String) -> String {
        #"<text x="\#(Self.place(place.0))" y="\#(Self.place(place.1))" text-anchor="\#(anchor)" fill="dimgray">"#
            + Self.escaped(text) + "</text>\n"
    }

    private static func place(_ number: Double) -> String { Figure.decimals(number, 1) }

    private static func escaped(_ text: String) -> String {
        text.map { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"][$0] ?? String($0) }.joined()
    }
}
