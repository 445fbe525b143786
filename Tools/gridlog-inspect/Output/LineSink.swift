import Foundation

/// Where lines go: standard output, or a file that bears its name only once it is whole.
final class LineSink {
    private let path: String?
    private let file: FileHandle?
    private var buffer: [UInt8] = []
    private var isFinished = false

    private static let bufferBytes = 256 << 10

    /// - Parameter path: `nil` for standard output.
    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            file = nil
            return
        }
        let draft = Self.draft(path)
        do {
            try Data().write(to: URL(fileURLWithPath: draft))
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: draft))
        } catch {
            throw Failure(.usage, "'\(path)' cannot be written: \(error.localizedDescription)")
        }
    }

    /// What was not finished leaves nothing.
    deinit {
        if let path, file != nil, !isFinished { unlink(Self.draft(path)) }
    }

    private static func draft(_ path: String) -> String { path + ".unfinished" }

    func write(_ bytes: [UInt8]) throws {
        guard file != nil else { return Output.write(bytes) }
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Gives the file its name; durable when it returns.
    func finish() throws {
        guard let path, let file else { return }
        try flush()
        do {
            try file.synchronize()
            try file.close()
        } catch {
            throw Failure(.usage, "'\(path)' cannot be written: \(error.localizedDescription)")
        }
        guard rename(Self.draft(path), path) == 0 else {
            throw Failure(.usage, "'\(path)' cannot be written: \(String(cString: strerror(errno)))")
        }
        isFinished = true
    }

    private func flush() throws {
        do {
            try file?.write(contentsOf: Data(buffer))
        } catch {
            throw Failure(.usage, "'\(path ?? "-")' cannot be written: \(error.localizedDescription)")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
