import Storage

/// What threads of low priority know of a log's sealed segments; in memory only.
final class Upkeep: Sendable {
    private struct State {
        /// A thread is writing a packed segment.
        var isPacking = false
        /// The log was closed.
        var isClosed = false
        /// Segments that are not to be packed by this process: too little would be saved, or something was wrong.
        var unfit: Set<UInt64> = []
        /// When each segment was last verified, in boot time.
        var verified: [UInt64: UInt64] = [:]
    }

    private let state = Guarded(State())
    /// Woken when a thread has done its packing.
    private let packed = Signal()

    /// Whether a thread that writes a packed segment should give up.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// - Returns: false when another thread is packing, or the log was closed.
    func beginPacking() -> Bool {
        state.withLock { state in
            guard !state.isPacking, !state.isClosed else { return false }
            state.isPacking = true
            return true
        }
    }

    func endPacking() {
        state.withLock { $0.isPacking = false }
        packed.withLock {}
        packed.wake()
    }

    /// Waits until no other thread writes in the log's directory, and lets none begin: it may be removed or opened again then.
    func close() {
        state.withLock { $0.isClosed = true }
        _ = packed.wait(nanoseconds: nil) { state.withLock { !$0.isPacking } }
    }

    func mayPack(_ id: UInt64) -> Bool {
        state.withLock { !$0.unfit.contains(id) }
    }

    func markUnfit(_ id: UInt64) {
        state.withLock { _ = $0.unfit.insert(id) }
    }

    func didVerify(_ id: UInt64, at bootTime: UInt64) {
        state.withLock { $0.verified[id] = bootTime }
    }

    /// The one of these segments that was not verified for the longest time, and when it was; forgets all that are not among
    /// them. O(segments).
    func leastRecentlyVerified(of ids: [UInt64]) -> (id: UInt64, bootTime: UInt64?)? {
        state.withLock { state in
            let present = Set(ids)
            state.verified = state.verified.filter { present.contains($0.key) }
            state.unfit.formIntersection(present)
            let never = ids.first { state.verified[$0] == nil }
            if let never { return (never, nil) }
            let oldest = state.verified.min { ($0.value, $0.key) < ($1.value, $1.key) }
            return oldest.map { ($0.key, $0.value) }
        }
    }
}
