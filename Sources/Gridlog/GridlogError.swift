/// Why an operation was refused or failed, in words for the one who asked for it.
public struct GridlogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds that callers treat differently.
    public enum Code: Sendable, Hashable {
        /// The request breaks a rule; it will not succeed unchanged.
        case invalidArgument
        /// There is no such topic or event subscription.
        case notFound
        /// The name is taken, or the change contradicts what is there.
        case conflict
        /// An event or a request exceeds its limit.
        case payloadTooLarge
        /// The disk is full; nothing was lost, and it may succeed later.
        case insufficientStorage
        /// More is queued than the disk keeps up with; nothing was queued, and it may succeed in a moment.
        case tooManyRequests
        /// Durable bytes of this topic are damaged; other topics serve.
        case storageDamaged
        /// The broker, or this topic, cannot answer now.
        case unavailable
        /// Another process holds the data directory.
        case directoryInUse
        /// The directory holds something else than a Gridlog store.
        case notAStore
        /// The store was written by a version that this one does not know.
        case incompatibleVersion
        /// Anything else.
        case internalError
    }

    /// The kind.
    public var code: Code
    /// What happened, and what to do.
    public var message: String
    /// A finer code for what is wrong with published events, as clients of Event Grid know them; `nil` for everything else.
    public var detailCode: String?

    /// An error with its words.
    public init(_ code: Code, _ message: String, detailCode: String? = nil) {
        self.code = code
        self.message = message
        self.detailCode = detailCode
    }

    /// The message.
    public var description: String { message }
}
