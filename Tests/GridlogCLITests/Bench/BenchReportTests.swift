import CommandOutput
import ArgumentParser
import Foundation
import NIOCore
import Testing

@testable import GridlogCLI

@Suite struct BenchReportTests {
    private static func report(
        end: LoadEnd = .timeUp, errors: [LoadError: Int] = [:], requests: Int = 10_000
    ) throws -> BenchReport {
        let plan = try BenchOptions.parse(["--batch", "10", "--duration", "2"]).plan(.consume)
        var figures = LoadFigures()
        for number in 0..<requests {
            figures[.receive].record(nanoseconds: Int64(number + 1) * 1_000, events: 10, bytes: 100)
            figures[.acknowledge].record(nanoseconds: 2_500_000, events: 10, bytes: 10)
        }
        for (error, count) in errors { figures[.acknowledge].count(count, of: error) }
        let target = BenchTarget(
            address: try BrokerAddress("http://h:1"), key: "secret", topic: "a<&\"", subscription: "s", isOwn: false)
        let load = LoadResult(
            figures: figures, counts: LoadCounts(answers: 2, refusals: 0, published: 0, acknowledged: 7), end: end,
            seconds: 2)
        return BenchReport(
            plan: plan,
            result: BenchResult(
                target: target, durability: "durable", load: load, backlog: LoadCounts(published: 9), isFilled: true))
    }

    @Test func documentHoldsTheFiguresAndNoKey() throws {
        let document = try Self.report(errors: [.status(429): 3, .lostToken: 1]).document
        let bytes = Data(document.bytes)
        let value = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let operations = try #require(value["operations"] as? [String: [String: Any]])
        #expect(Set(operations.keys) == ["receive", "acknowledge"])
        #expect(operations["receive"]?["eventsPerSecond"] as? Double == 50_000)
        let latency = try #require(operations["receive"]?["latency"] as? [String: Double])
        for (name, expected) in [("p50", 5_000.0), ("p90", 9_000), ("p99", 9_900), ("p99.9", 9_990), ("max", 10_000)] {
            #expect(abs((latency[name] ?? 0) / expected - 1) < 0.002, "\(name)")
        }
        #expect(operations["acknowledge"]?["errors"] as? [String: Int] == ["429": 3, "token lost": 1])
        #expect(value["wholeRun"] as? [String: Int] == ["published": 9, "acknowledged": 7])
        #expect(value["end"] as? String == "time")
        #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    }

    @Test func rowsSayRatesLatenciesAndErrors() throws {
        let rows = try Self.report(errors: [.status(429): 3]).table.plain().split(separator: "\n")
        #expect(rows.count == 2)
        #expect(
            rows.last
                == "acknowledge\t100,000\t50,000\t5,000\t0.05\t2.50 ms\t2.50 ms\t2.50 ms\t2.50 ms\t2.50 ms\t3 × 429")
    }

    @Test func endThatWasNotMeantIsAFailure() throws {
        try Self.report().complain()
        try Self.report(end: .workDone).complain()
        let gone = CommandFailure(status: .unreachable, message: "gone")
        let failure = #expect(throws: CommandFailure.self) { try Self.report(end: .failed(gone)).complain() }
        #expect(failure == gone.noting("measured until then: 2 s"))
        #expect(throws: Interruption.exitCode) { try Self.report(end: .interrupted).complain() }
        for error in [LoadError.unanswered, .lostToken, .status(500)] {
            #expect(throws: CommandFailure.self) { try Self.report(errors: [error: 1]).complain() }
        }
    }

    @Test(arguments: [0, 1, 2, 10_000])
    func plotIsWellFormed(_ requests: Int) throws {
        let svg = LatencyPlot(try Self.report(requests: requests)).svg
        #expect(svg.hasPrefix("<svg "))
        #expect(svg.count(of: "<text ") == svg.count(of: "</text>"))
        #expect(svg.count(of: "<polyline ") == (requests == 0 ? 0 : 2))
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test func figuresAreRounded() {
        #expect(Figure.count(1_234_567) == "1,234,567")
        #expect(Figure.count(-1_000) == "-1,000")
        #expect(Figure.rate(9.876) == "9.88")
        #expect(Figure.rate(12_345.6) == "12,346")
        let latencies: [(UInt64, String)] = [
            (0, "0 µs"), (999_400, "999 µs"), (999_600, "1.00 ms"), (12_340_000, "12.3 ms"), (999_400_000, "999 ms"),
            (1_204_000_000, "1.20 s"), (100_000_000_000, "100 s"),
        ]
        for (nanoseconds, text) in latencies { #expect(Figure.latency(nanoseconds: nanoseconds) == text) }
    }

    @Test func warmUpAndDefaultsFollowWhatIsAsked() throws {
        let timed = try BenchOptions.parse([]).plan(.publish)
        #expect(timed.duration == 10 && timed.warmup == 1 && timed.events == nil)
        let counted = try BenchOptions.parse(["--events", "5"]).plan(.both)
        #expect(counted.duration == nil && counted.warmup == 0 && counted.events == 5)
        let consumed = try BenchOptions.parse(["--size", "1048576", "--batch", "1"]).plan(.consume)
        #expect(consumed.duration == 10 && consumed.warmup == 0 && consumed.events == 1_024)
    }

    @Test func onlyTheMeasuredPartIsMeasured() {
        let begin = NIODeadline.uptimeNanoseconds(1_000_000)
        let window = LoadWindow(begin: begin, warmup: .nanoseconds(10), duration: .nanoseconds(20))
        #expect(!window.measures(begin + .nanoseconds(9)))
        #expect(window.measures(begin + .nanoseconds(10)))
        #expect(window.measures(begin + .nanoseconds(29)))
        #expect(!window.measures(begin + .nanoseconds(30)))
        #expect(LoadWindow(begin: begin, warmup: .zero, duration: nil).measures(begin + .hours(1)))
        #expect(!LoadWindow.unknown.measures(begin))
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
