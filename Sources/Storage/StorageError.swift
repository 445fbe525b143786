/// A failed operation on the disk: what failed, where, and what to do.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds that callers treat differently.
    public enum Code: Sendable, Hashable {
        /// No file or directory of that name.
        case notFound
        /// A file of that name exists already.
        case alreadyExists
        /// The file system, or a quota, is full.
        case noSpace
        /// Another process holds the lock.
        case locked
        /// The process may not do this here.
        case permissionDenied
        /// Anything else the kernel reported.
        case inputOutput
    }

    /// The kind of failure.
    public var code: Code
    /// The system call or step that failed.
    public var operation: String
    /// The file or directory it was about.
    public var path: String
    /// What the kernel said, or what the lock's holder wrote.
    public var detail: String

    /// Describes one failure.
    public init(_ code: Code, operation: String, path: String, detail: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.detail = detail
    }

    /// One line for people.
    public var description: String {
        switch code {
        case .locked: "\(path) is held by another process: \(detail)"
        case .noSpace: "no space left for \(operation) on \(path); free some, or move the data directory (\(detail))"
        case .permissionDenied: "not permitted to \(operation) \(path); check its owner and mode (\(detail))"
        default: "\(operation) failed on \(path): \(detail)"
        }
    }
}
