/// Where an opened index has its state from.
public enum IndexOrigin: Sendable, Hashable {
    /// From the mapped files of a process that ended on this same run of the machine: locks and tokens hold.
    case reused
    /// From nothing yet: the broker restores the checkpoint first. All earlier tokens are lost.
    case rebuilt(RebuildCause)

    /// Why the files were not reused.
    public enum RebuildCause: Sendable, Hashable {
        /// There were none.
        case noFiles
        /// The machine was started anew since.
        case otherBoot
        /// The process ended while it rebuilt the index.
        case unfinished
        /// A file is missing, too many, foreign, or says what cannot be.
        case damaged
    }
}
