import CommandOutput
import Testing

@testable import GridlogCLI

@Suite struct TableTests {
    private func sample() -> Table {
        var table = Table(header: ["NAME", "STATE", "DATA"])
        table.add(["orders", "Succeeded", "short"])
        table.add(["a", "x", "a rather long cell that does not fit"])
        return table
    }

    @Test func plainRowsHaveTabsAndNoHeader() {
        #expect(sample().plain() == "orders\tSucceeded\tshort\na\tx\ta rather long cell that does not fit\n")
    }

    @Test func columnsAlignUnderTheHeader() {
        let lines = sample().aligned(width: 80).split(separator: "\n")
        #expect(lines[0] == "NAME    STATE      DATA")
        #expect(lines[1] == "orders  Succeeded  short")
        #expect(lines[2] == "a       x          a rather long cell that does not fit")
    }

    @Test func lastColumnIsCutAtTheWidth() {
        let lines = sample().aligned(width: 30).split(separator: "\n")
        #expect(lines[2] == "a       x          a rather l…")
        #expect(lines.allSatisfy { $0.count <= 30 })
    }

    @Test func narrowTerminalKeepsTheColumnsBeforeTheLast() {
        let lines = sample().aligned(width: 5).split(separator: "\n")
        #expect(lines[2] == "a       x          a rathe…")
    }

    @Test func columnsThatDoNotFitStandBeneath() {
        var table = Table(header: ["NAME", "STATE", "UNTIL", "WHERE"])
        table.add(["orders", "Succeeded", "-", "here"])
        table.add(["a", "x", "noon", "a rather long cell"])
        #expect(table.folded(width: 80) == table.aligned(width: 80))
        #expect(
            table.folded(width: 30) == """
                NAME    STATE      UNTIL
                orders  Succeeded  -
                    where here
                a       x          noon
                    where a rather long cell

                """)
        #expect(
            table.folded(width: 20) == """
                NAME    STATE
                orders  Succeeded
                    where here
                a       x
                    until noon
                    where a rather …

                """)
        #expect(table.folded(width: 16).hasPrefix("NAME\norders\n    state Succe…\n    where here\n"))
    }

    @Test func whatStandsBeneathSharesALineWhereItFits() {
        var table = Table(header: ["NAME", "A", "B", "C"])
        table.add(["a name of some length", "1", "2", "3"])
        #expect(table.folded(width: 22) == "NAME\na name of some length\n    a 1; b 2; c 3\n")
        #expect(table.folded(width: 12) == "NAME\na name of s…\n    a 1; b 2\n    c 3\n")
    }

    @Test func controlCharactersOfOthersDoNotReachTheTerminal() {
        var table = Table(header: ["DATA"])
        table.add(["a\u{1B}[31mb\tc\nd\u{9B}e"])
        #expect(table.plain() == "a [31mb c d e\n")
    }

    @Test func rowsAreFilledAndCutToTheHeader() {
        var table = Table(header: ["A", "B"])
        table.add(["1"])
        table.add(["1", "2", "3"])
        #expect(table.plain() == "1\t\n1\t2\n")
    }

    @Test func emptyTableShowsItsHeaderOnATerminalOnly() {
        #expect(Table(header: ["A", "B"]).aligned(width: 80) == "A  B\n")
        #expect(Table(header: ["A", "B"]).plain().isEmpty)
    }
}
