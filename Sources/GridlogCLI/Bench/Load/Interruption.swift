import ArgumentParser
import Foundation
import Synchronization
import UnixSignals

/// SIGINT and SIGTERM while a benchmark runs: the first ends it in good order, the second at once.
final class Interruption: Sendable {
    private let signals = Atomic<Int>(0)

    /// A signal came.
    var isRequested: Bool { signals.load(ordering: .relaxed) > 0 }

    /// The status of a process that SIGINT ended.
    static let exitCode = ExitCode(130)

    /// Runs `body` while the signals are watched.
    static func watched<Result>(_ body: (Interruption) async throws -> Result) async throws -> Result {
        let interruption = Interruption()
        // Trapped before anything is made that has to be deleted.
        let sequence = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let watcher = Task {
            for await _ in sequence where interruption.signals.add(1, ordering: .relaxed).newValue > 1 {
                _exit(Interruption.exitCode.rawValue)
            }
        }
        defer { watcher.cancel() }
        return try await body(interruption)
    }
}
