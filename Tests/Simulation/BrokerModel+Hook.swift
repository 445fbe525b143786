extension BrokerModel {
    /// A push subscription: what its endpoint was sent, and said.
    struct Hook {
        /// The first sequence that it is about.
        var start: UInt64
        /// The topic answered before it synced at some time: a power cut may take back what was settled.
        var wasWritten: Bool
        /// Events that the endpoint has accepted.
        var accepted: Set<UInt64> = []
        /// Events that are settled for good: none of them is sent again.
        var done: Set<UInt64> = []
        /// Up to where events may have gone without a copy.
        var mayBeGone: UInt64 = 0

        mutating func reopened(tail: UInt64) {
            start = min(start, tail)
            accepted = accepted.filter { $0 < tail }
            done = done.filter { $0 < tail }
            mayBeGone = min(mayBeGone, tail - 1)
        }
    }
}
