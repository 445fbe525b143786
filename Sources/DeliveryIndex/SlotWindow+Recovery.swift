extension SlotWindow {
    /// The live chunks in order.
    var liveChunks: [SlotChunk] {
        entries.compactMap { entry in
            if case .live(let chunk) = entry { chunk } else { nil }
        }
    }

    /// The first untouched sequence at or above the floor. O(window).
    func firstUntouched() -> UInt64 {
        var sequence = floor
        while sequence < entriesEnd {
            switch entry(at: sequence) {
            case .untouched: return sequence
            case .settled: sequence = (SlotChunk.number(of: sequence) + 1) << 12
            case .live(let chunk):
                if chunk[SlotChunk.index(of: sequence)].state == .untouched { return sequence }
                sequence += 1
            }
        }
        return sequence
    }

    /// Frees every chunk that became wholly settled during a recovery.
    mutating func freeSettledChunks() {
        for chunk in liveChunks { freeIfSettled(chunk) }
    }

    /// Records the chunks below the cursor that have no file as settled; false if that cannot be.
    mutating func markFreedChunks() -> Bool {
        guard floor < cursor else { return true }
        for number in SlotChunk.number(of: floor)...SlotChunk.number(of: cursor - 1) {
            guard case .untouched = entry(at: max(floor, number << 12)) else { continue }
            // A chunk is freed only when the cursor has passed it whole.
            guard (number + 1) << 12 <= cursor else { return false }
            set(.settled, at: number)
        }
        return true
    }
}
