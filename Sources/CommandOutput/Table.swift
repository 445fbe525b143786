/// Rows under a header. On a terminal the columns are aligned and the last one is cut at the width; elsewhere the rows
/// are separated by tabs, without a header, for `cut` and `awk`.
package struct Table {
    /// The names of the columns.
    package let header: [String]
    /// Their cells.
    package private(set) var rows: [[String]] = []

    /// No rows yet.
    package init(header: [String]) {
        self.header = header
    }

    /// Adds a row; missing cells are empty, more cells than the header has are dropped.
    package mutating func add(_ cells: [String]) {
        let filled = cells.prefix(header.count) + repeatElement("", count: max(0, header.count - cells.count))
        rows.append(filled.map(Table.printable))
    }

    /// One line a row, separated by tabs.
    package func plain() -> String {
        rows.map { $0.joined(separator: "\t") + "\n" }.joined()
    }

    /// Aligned columns under the header, at most `width` characters a line as far as the last column can give way.
    package func aligned(width: Int) -> String {
        let widths = widths
        return ([header] + rows).map { line(of: $0, widths: widths, width: width) + "\n" }.joined()
    }

    /// Aligned columns under the header, at most `width` characters a line, and nothing left out: the columns that do not fit stand beneath
    /// each row with their names, but for dashes. Only what alone is wider than a line is cut.
    package func folded(width: Int) -> String {
        let widths = widths
        var shown = 0
        var used = -Table.gap
        while shown < header.count, shown == 0 || used + Table.gap + widths[shown] <= width {
            used += Table.gap + widths[shown]
            shown += 1
        }
        var text = line(of: Array(header[..<shown]), widths: widths, width: width) + "\n"
        for row in rows {
            text += line(of: Array(row[..<shown]), widths: widths, width: width) + "\n"
            for line in beneath(row, from: shown, width: width) { text += line + "\n" }
        }
        return text
    }

    /// Of the columns, in characters.
    private var widths: [Int] {
        header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    }

    /// The cells from a column on, with its name each, on as few lines as they need.
    private func beneath(_ row: [String], from first: Int, width: Int) -> [String] {
        var lines: [String] = []
        for column in first..<row.count where !["", "-"].contains(row[column]) {
            let cell = "\(header[column].lowercased()) \(row[column])"
            if let last = lines.last, last.count + 2 + cell.count <= width {
                lines[lines.count - 1] = "\(last); \(cell)"
            } else {
                lines.append(Table.cut(Table.indent + cell, to: max(Table.narrowestLastColumn, width)))
            }
        }
        return lines
    }

    private func line(of cells: [String], widths: [Int], width: Int) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            if column == cells.count - 1 {
                line += Table.cut(cell, to: max(Table.narrowestLastColumn, width - line.count))
            } else {
                line += cell + String(repeating: " ", count: widths[column] - cell.count + Table.gap)
            }
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private static let gap = 2
    private static let indent = "    "
    private static let narrowestLastColumn = 8

    private static func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(width - 1) + "…"
    }

    /// Cells show what others published: control characters, with which a terminal could be steered, become spaces.
    private static func printable(_ cell: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in cell.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            text.append(isControl ? " " : scalar)
        }
        return String(text)
    }
}
