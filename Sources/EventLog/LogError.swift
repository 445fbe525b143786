import Storage

/// Why a log cannot be opened, read or appended to, and where.
public struct LogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds that callers treat differently.
    public enum Code: Sendable, Hashable {
        /// Bytes that were durable are missing or changed. Nothing was cut; the log is fenced.
        case damaged
        /// An earlier write or sync failed. The log answers nothing until it is opened again, after a failed sync by
        /// another process (R2, R3, R7).
        case failed
        /// No space for another segment. Nothing was lost; appending may succeed later.
        case noSpace
        /// More is queued than the disk keeps up with. Nothing was queued; appending may succeed in a moment.
        case busy
        /// The log was closed.
        case closed
        /// A frame exceeds the frame limit.
        case frameTooLarge
        /// Written by a version that this one does not know, or not a log at all.
        case incompatible
        /// The disk refused an operation that leaves the log as it was.
        case storage
    }

    /// The kind of failure.
    public var code: Code
    /// One line for people: what happened and what to do.
    public var message: String
    /// The file it is about.
    public var file: String
    /// The id of the segment that is damaged, where it is about one.
    public var segment: UInt64?
    /// The offset in the file, in bytes, where one is known.
    public var offset: Int?
    /// The sequences that cannot be read, where they are known.
    public var sequences: ClosedRange<UInt64>?

    /// Describes one failure.
    public init(
        _ code: Code, _ message: String, file: String, segment: UInt64? = nil, offset: Int? = nil,
        sequences: ClosedRange<UInt64>? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.segment = segment
        self.offset = offset
        self.sequences = sequences
    }

    /// Damage in a segment, in either form.
    static func damage(
        _ message: String, in segment: Segment, offset: Int? = nil, sequences: ClosedRange<UInt64>? = nil
    ) -> LogError {
        LogError(
            .damaged, message, file: segment.path, segment: segment.header.id, offset: offset, sequences: sequences)
    }

    /// The same about a segment, all of which may be concerned.
    func about(_ segment: UInt64, _ sequences: ClosedRange<UInt64>?) -> LogError {
        var error = self
        error.segment = segment
        error.sequences = sequences
        return error
    }

    /// Runs disk operations; what they throw becomes a log's error, ``Code/failed`` when the log cannot go on.
    static func converting<Result>(
        sticky: Bool, _ body: () throws(StorageError) -> Result
    ) throws(LogError) -> Result {
        do {
            return try body()
        } catch {
            throw LogError(error, sticky: sticky)
        }
    }

    /// The same failure as the disk reported it; `sticky` when the log cannot go on.
    init(_ error: StorageError, sticky: Bool) {
        let code: Code = sticky ? .failed : error.code == .noSpace ? .noSpace : .storage
        self.init(code, error.description, file: error.path)
    }

    /// The message with file, offset and sequences.
    public var description: String {
        var text = "\(message) [\(file)"
        if let offset { text += ", offset \(offset)" }
        if let sequences { text += ", sequences \(sequences.lowerBound) to \(sequences.upperBound)" }
        return text + "]"
    }
}
