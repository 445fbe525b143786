public import Storage

/// Why a step of a recovery failed.
public enum RecoveryFailure: Error, Sendable, CustomStringConvertible {
    /// The record does not follow its format; nothing of it was applied.
    case record(RecordFault)
    /// A chunk could not be made. The index can be opened again.
    case storage(StorageError)

    /// One line for people.
    public var description: String {
        switch self {
        case .record(let fault): fault.description
        case .storage(let error): error.description
        }
    }
}
