import CPlatform

/// What a page of a read-only mapping shows that cannot be read: a sector that the disk refuses, or a file that somebody shortened.
public enum UnreadablePages {
    /// Lets such pages show zeros from now on. Every frame, block and page of the formats is checked before it is used, so that they
    /// are found damaged where they would have ended the process by SIGBUS otherwise.
    ///
    /// Sets the handler of that signal for the whole process; what it does not know it leaves to the one that was there before.
    /// Pages that are written through a mapping still end the process: their content would be lost without a word. A second call
    /// does nothing.
    public static func showZeros() throws(StorageError) {
        _ = try SystemCalls.retrying("sigaction", "SIGBUS") { Int(gridlog_answer_unreadable_pages()) }
    }
}
