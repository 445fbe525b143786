import ArgumentParser
import Foundation

extension BenchOptions {
    /// Runs a benchmark and shows what it measured; a failure comes after the figures, as the exit status.
    func run(_ kind: BenchKind, _ connection: ConnectionOptions) async throws {
        let plan = try plan(kind)
        OpenFileLimit.raise()
        let key = connection.accessKey(environment: ProcessInfo.processInfo.environment)
        try await connection.run { client, console in
            try Self.check(client.address, key)
            // Found out before the work, not after it.
            if let svg { try Self.write("", to: svg) }
            let progress = ProgressLine(isQuiet: quiet)
            let session = BenchSession(
                plan: plan, client: client, key: key, timeout: connection.timeout, progress: progress)
            let result = try await Interruption.watched { interruption in
                try await session.run(topic: topic, subscription: subscription, durability: durability, interruption)
            }
            let report = BenchReport(plan: plan, result: result)
            try console.show(report.document, as: report.table)
            if let svg { try Self.write(LatencyPlot(report).svg, to: svg) }
            try report.complain()
        }
    }

    private static func check(_ address: BrokerAddress, _ key: String?) throws(CommandFailure) {
        if address.isSecure {
            throw CommandFailure(status: .usage, message: "bench speaks plain HTTP only; give an http:// endpoint")
        }
        if let key, !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw CommandFailure(status: .usage, message: "the access key holds characters that no key has")
        }
    }

    private static func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(status: .failure, message: "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
