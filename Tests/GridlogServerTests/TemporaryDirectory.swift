import Foundation

/// A directory that goes away with the test.
enum TemporaryDirectory {
    static func with<Result>(_ body: (_ path: String) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "gridlog-server-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}
