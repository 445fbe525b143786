public import Storage

/// A call that will fail, and how.
public struct DiskFault: Sendable {
    /// What happens instead of the call.
    public enum Effect: Sendable {
        /// Nothing but the error. A failed sync leaves a part of what was dirty unwritten for good, as kernels do.
        case error(StorageError.Code)
        /// A write writes its first half, then reports the error.
        case short(StorageError.Code)
        /// The power is off: this call and all later ones fail, without effect.
        case powerOff
    }

    /// Which kind of call; `nil` for any.
    var call: DiskCall?
    /// How the path must end; `nil` for any.
    var pathEnding: String?
    /// How many such calls still succeed.
    var after: Int
    /// Whether it happens again and again.
    var isLasting: Bool
    var effect: Effect

    /// Counts a call. - Returns: whether it is the one that fails.
    mutating func meets(_ call: DiskCall, _ path: String) -> Bool {
        if let expected = self.call, expected != call { return false }
        if let pathEnding, !path.hasSuffix(pathEnding) { return false }
        guard after == 0 else {
            after -= 1
            return false
        }
        return true
    }
}
