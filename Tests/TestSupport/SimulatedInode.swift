import Storage

/// A file without its name: what processes see of it, and what a power cut leaves of it.
///
/// Guarded by the lock of its disk.
final class SimulatedInode {
    /// What processes see.
    let live = SimulatedMemory()
    /// What is on the platter.
    let durable = SimulatedMemory()
    private(set) var liveLength = 0
    private(set) var durableLength = 0
    /// Written and not synced. After a failed sync the kernel may have forgotten some of it: then live and durable differ
    /// in a sector that is not dirty, and no later sync writes it (R2).
    private var dirty = SectorSet()
    /// Stores into a mapping leave no note: every sector that differs counts as dirty.
    private var isMappedForWriting = false
    /// A sync of this file failed; another one is a fault of the engine (R3).
    var syncFailed = false

    private let space: SpaceAccount
    private var blocks = 0

    init(_ space: SpaceAccount) {
        self.space = space
    }

    deinit {
        _ = space.take(-blocks)
    }

    /// Makes blocks exist up to a length. - Returns: whether there was space.
    func allocate(_ length: Int) -> Bool {
        precondition(length <= SimulatedMemory.lengthMax, "a simulated file holds at most 128 MiB")
        let needed = (length + SpaceAccount.blockLength - 1) / SpaceAccount.blockLength
        guard needed > blocks else { return true }
        guard space.take(needed - blocks) else { return false }
        blocks = needed
        return true
    }

    func extend(to length: Int) {
        liveLength = max(liveLength, length)
    }

    func truncate(_ length: Int) {
        if length < liveLength {
            live.zero(length..<liveLength)
            dirty.insert(length..<liveLength)
            let kept = (length + SpaceAccount.blockLength - 1) / SpaceAccount.blockLength
            _ = space.take(min(0, kept - blocks))
            blocks = min(blocks, kept)
        }
        liveLength = length
    }

    /// The blocks must have been allocated.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        live.write(bytes, at: offset)
        dirty.insert(offset..<offset + bytes.count)
        extend(to: offset + bytes.count)
    }

    func willMapForWriting() {
        isMappedForWriting = true
    }

    /// Everything that is dirty reaches the platter.
    func synchronize() {
        for sector in dirtySectors() { persist(sector) }
        setDurableLength(liveLength)
        dirty.removeAll()
    }

    /// A sync that fails: some of what is dirty reaches the platter, and the kernel believes that all of it did.
    func failSync(_ random: inout SeededRandom) {
        for sector in dirtySectors() where random.chance(1, in: 2) { persist(sector) }
        if random.chance(1, in: 2) { setDurableLength(liveLength) }
        dirty.removeAll()
        syncFailed = true
    }

    /// The kernel writes some dirty pages back by itself, as it may at any time.
    func writeBackSome(_ random: inout SeededRandom) {
        for sector in dirtySectors() where random.chance(1, in: 2) { persist(sector) }
    }

    /// Changes bytes behind everybody's back: a fault of the medium.
    func damage(_ range: Range<Int>, _ change: (UInt8) -> UInt8) {
        for memory in [live, durable] {
            for offset in range {
                let byte = memory.base.load(fromByteOffset: offset, as: UInt8.self)
                memory.base.storeBytes(of: change(byte), toByteOffset: offset, as: UInt8.self)
            }
        }
    }

    /// The file as it is after the power came back.
    func afterPowerCut(_ survival: inout Survival, _ space: SpaceAccount) -> SimulatedInode {
        let next = SimulatedInode(space)
        let length = liveLength == durableLength || survival.keepsLength() ? liveLength : durableLength
        next.live.copy(0..<min(length, durableLength), from: durable)
        for sector in dirtySectors() {
            let bytes = self.bytes(of: sector, upTo: length)
            guard !bytes.isEmpty else { continue }
            let kept = survival.keptPart(of: bytes)
            if !kept.isEmpty { next.live.copy(kept, from: live) }
        }
        next.liveLength = length
        next.durable.copy(0..<length, from: next.live)
        next.durableLength = length
        _ = next.allocate(length)
        return next
    }

    private func dirtySectors() -> [Int] {
        var sectors: [Int] = []
        if isMappedForWriting {
            let length = max(liveLength, durableLength)
            for sector in 0..<(length + SectorSet.sectorLength - 1) / SectorSet.sectorLength
            where !live.isEqual(durable, bytes(of: sector, upTo: length)) { sectors.append(sector) }
        } else {
            dirty.forEach { sectors.append($0) }
        }
        return sectors
    }

    private func bytes(of sector: Int, upTo length: Int) -> Range<Int> {
        let start = sector * SectorSet.sectorLength
        return min(start, length)..<min(start + SectorSet.sectorLength, length)
    }

    private func persist(_ sector: Int) {
        let bytes = self.bytes(of: sector, upTo: SimulatedMemory.lengthMax)
        durable.copy(bytes, from: live)
        if bytes.lowerBound < liveLength { setDurableLength(max(durableLength, min(bytes.upperBound, liveLength))) }
    }

    private func setDurableLength(_ length: Int) {
        if length < durableLength { durable.zero(length..<durableLength) }
        durableLength = length
    }
}
