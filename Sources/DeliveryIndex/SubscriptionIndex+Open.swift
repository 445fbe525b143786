public import Storage

extension SubscriptionIndex {
    /// Opens the index of a subscription: reuses the files of a process that ended on this run of the machine, or discards them.
    ///
    /// Then, in this order: ``restore(_:)`` if ``origin`` is ``IndexOrigin/rebuilt(_:)`` and there is a checkpoint;
    /// ``replay(_:in:)`` for each settlement group since; ``finishRecovery()``. Makes the directory if it is not there; its parent must
    /// exist.
    ///
    /// Any doubt about the files discards them (R17, R23): what is unknown is delivered again, and earlier tokens are lost, because the
    /// epoch is another one.
    public static func open(_ options: IndexOptions) throws(StorageError) -> SubscriptionIndex {
        try options.fileSystem.createDirectory(options.directory)
        let cache = try RestartCache(options)
        switch try cache.load() {
        case .success(let window):
            return SubscriptionIndex(options, origin: .reused, window: window)
        case .failure(let doubt):
            let files = try cache.discard()
            let start = min(options.start, options.tail)
            let window = SlotWindow(files: files, floor: start, cursor: start)
            return SubscriptionIndex(options, origin: .rebuilt(doubt.cause), window: window)
        }
    }
}
