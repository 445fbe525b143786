import Foundation

/// A distribution as bars, as SVG.
struct DistributionPlot {
    let title: String
    let distribution: Distribution

    private static let width = 860.0
    private static let height = 480.0
    private static let left = 80.0
    private static let right = 24.0
    private static let top = 84.0
    private static let bottom = 72.0
    private static let barWidthMax = 64.0
    private static let colour = "#2a6fb0"

    /// The drawing.
    var svg: String {
        let (width, height) = (Int(Self.width), Int(Self.height))
        let kind = distribution.kind
        let subtitle =
            "\(kind.title): \(SizeText.count(Int(clamping: distribution.count), "value")), p50 \(kind.text(distribution.percentile(50))), "
            + "p99 \(kind.text(distribution.percentile(99))), max \(kind.text(distribution.max))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            font-family="system-ui, sans-serif" font-size="13">
            <rect width="\(width)" height="\(height)" fill="white"/>
            <text x="24" y="30" font-size="17" font-weight="600" fill="black">\(Self.escaped(title))</text>
            <text x="24" y="52" fill="dimgray">\(Self.escaped(subtitle))</text>
            \(lines)\(bars)</svg>

            """
    }

    private var most: Double { Double(max(1, distribution.bars.map(\.count).max() ?? 1)) }

    private func y(_ count: Double) -> Double {
        Self.height - Self.bottom - count / most * (Self.height - Self.top - Self.bottom)
    }

    private var lines: String {
        var text = ""
        for quarter in 0...4 {
            let count = most * Double(quarter) / 4
            let place = Self.place(y(count))
            text += #"<line x1="\#(Int(Self.left))" y1="\#(place)" "#
            text += #"x2="\#(Int(Self.width - Self.right))" y2="\#(place)" "#
            text += "stroke=\"gainsboro\"/>\n"
            text += label(String(Int(count.rounded())), at: (Self.left - 8, y(count) + 4), anchor: "end")
        }
        text += label("count", at: (Self.left - 8, Self.top - 14), anchor: "end")
        let name = "\(distribution.kind.title), from"
        return text + label(name, at: (Self.width - Self.right, Self.height - 12), anchor: "end")
    }

    private var bars: String {
        let bars = distribution.bars
        let width = min(Self.barWidthMax, (Self.width - Self.left - Self.right) / Double(max(1, bars.count)))
        // As many labels as do not touch.
        let every = max(1, Int((64 / width).rounded(.up)))
        return bars.enumerated().map { index, bar in
            let start = Self.left + Double(index) * width
            let top = y(Double(bar.count))
            var text = #"<rect x="\#(Self.place(start + 1))" y="\#(Self.place(top))" "#
            text += #"width="\#(Self.place(max(1, width - 2)))" "#
            text += #"height="\#(Self.place(Self.height - Self.bottom - top))" fill="\#(Self.colour)"/>"# + "\n"
            guard index % every == 0 else { return text }
            let name = distribution.kind.text(bar.from)
            return text + label(name, at: (start, Self.height - Self.bottom + 20), anchor: "start")
        }.joined()
    }

    private func label(_ text: String, at place: (Double, Double), anchor: String) -> String {
        #"<text x="\#(Self.place(place.0))" y="\#(Self.place(place.1))" text-anchor="\#(anchor)" fill="dimgray">"#
            + Self.escaped(text) + "</text>\n"
    }

    private static func place(_ number: Double) -> String { String(format: "%.1f", number) }

    private static func escaped(_ text: String) -> String {
        text.map { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"][$0] ?? String($0) }.joined()
    }
}
