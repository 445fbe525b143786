/// One connection's part of the load. Used by one thread.
protocol Client: AnyObject {
    /// One exchange: what is under way at once is sent, and answers are read and checked.
    ///
    /// - Returns: how many events were answered for good: stored, or acknowledged. 0: nothing is left to receive.
    func exchange() throws -> Int

    /// Reads the answers that are still to come, and acknowledges what was received.
    ///
    /// - Returns: as `exchange`.
    func finish() throws -> Int
}
