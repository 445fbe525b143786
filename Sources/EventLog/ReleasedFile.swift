import Storage

/// The file of a segment that was given up. It has no name any more, and goes when the last reader lets go of it.
struct ReleasedFile {
    /// What readers may still look at.
    private var sealed: SealedSegment?
    /// To give its blocks back piece by piece; `nil` when they go at once or were taken over.
    private let file: (any StorageFile)?
    /// How many bytes the file system does not have back yet.
    private(set) var length: Int

    init(_ sealed: SealedSegment, _ file: (any StorageFile)?) {
        self.sealed = sealed
        self.file = file
        length = file == nil ? 0 : sealed.segment.capacity
    }

    /// What became of a piece.
    enum Freed {
        /// There is more.
        case some
        /// A reader looks at the segment still.
        case none
        /// What is left goes when the value does.
        case all
    }

    /// Gives the last `bytes` back, and returns when the file system has them. A packed segment, which is short, goes as a whole.
    mutating func free(atMost bytes: Int) -> Freed {
        guard let file, bytes < length else { return .all }
        if sealed != nil {
            guard sealed?.segment.packed == nil else { return .all }
            guard sealed?.isUnread() == true else { return .none }
            // Its mapping must not reach beyond the end of the file.
            sealed = nil
        }
        length -= bytes
        do {
            try file.truncate(length)
            try file.synchronize()
            return .some
        } catch {
            // The file belongs to nobody: nothing is lost by what becomes of it.
            return .all
        }
    }
}
