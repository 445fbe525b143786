import Storage
import Synchronization

/// The blocks of the next segment, made ready in the background or taken over from one that is no longer needed.
///
/// Writing over blocks that exist and were written before is 1.4 to 1.8 times as fast as writing allocated or new ones.
final class SpareSegment: Sendable {
    /// Blocks of a segment that was given up, or allocated when none were ready.
    static let name = "spare.segment"
    /// Blocks that are zeroed in the background. Another name, so that a roll never meets a file that is being written.
    static let blankName = "blank.segment"

    /// A file whose blocks exist up to `length`.
    struct Blocks {
        var file: any StorageFile
        var name: String
        var length: Int
        /// It holds nothing but zeros.
        var isBlank: Bool
        /// All of it was written before, and not allocated only.
        var isWritten: Bool
    }

    private enum State {
        case none
        /// A background thread is zeroing.
        case preparing
        case ready(Blocks)
        /// A roll writes to the file, which still bears its old name.
        case taken
        /// The log was closed.
        case closed
    }

    private let configuration: LogConfiguration
    private let state = Guarded(State.none)
    /// Woken when a background thread has done its zeroing.
    private let prepared = Signal()

    /// A write or a sync of the zeroed file failed: this process does not touch it again (R3, R7), and zeroes no other.
    private let hasFailed = Atomic(false)

    /// How long the blocks that are made ready should be; the roll makes longer ones if it needs them.
    let wantedLength: Atomic<Int>

    init(configuration: LogConfiguration, length: Int) {
        self.configuration = configuration
        wantedLength = Atomic(length)
    }

    /// Gives the blocks up for something more urgent. - Returns: whether there were any.
    func discard() -> Bool {
        let mayDiscard = state.withLock { state in
            switch state {
            case .ready, .none:
                state = .taken
                return true
            case .preparing, .taken, .closed: return false
            }
        }
        guard mayDiscard else { return false }
        defer { didRename() }
        let present = (try? configuration.fileSystem.list(configuration.directory)) ?? []
        let removed = [Self.name, Self.blankName].filter { name in
            present.contains(name) && (try? configuration.fileSystem.unlink(configuration.path(name))) != nil
        }
        return !removed.isEmpty
    }

    /// A file of at least `bytes`. Makes one when none is ready. After an error nothing was taken.
    ///
    /// Call ``didRename()`` when the file has its new name.
    func take(_ bytes: Int) throws(StorageError) -> Blocks {
        let ready = state.withLock { state -> Blocks? in
            switch state {
            case .ready(let blocks):
                state = .taken
                return blocks
            case .none:
                state = .taken
                return nil
            case .preparing, .taken, .closed: return nil
            }
        }
        do {
            guard var blocks = ready else { return try make(bytes) }
            if blocks.length < bytes {
                try blocks.file.allocate(bytes)
                (blocks.length, blocks.isWritten) = (bytes, false)
            }
            return blocks
        } catch {
            // What was ready keeps its name on the disk and is found by it.
            didRename()
            throw error
        }
    }

    /// The file that was taken is not used yet.
    func putBack(_ blocks: Blocks) {
        state.withLock { if case .taken = $0 { $0 = .ready(blocks) } }
    }

    /// The file that was taken has another name, or was not used: a new one may be made ready.
    func didRename() {
        state.withLock { if case .taken = $0 { $0 = .none } }
    }

    private func make(_ bytes: Int) throws(StorageError) -> Blocks {
        let (file, exists) = try open(Self.name)
        let length = max(bytes, try file.size())
        do {
            try file.allocate(length)
        } catch {
            // On a full disk the blocks that were found must not stay taken.
            if !exists { try? configuration.fileSystem.unlink(configuration.path(Self.name)) }
            throw error
        }
        return Blocks(file: file, name: Self.name, length: length, isBlank: !exists, isWritten: false)
    }

    private func open(_ name: String) throws(StorageError) -> (file: any StorageFile, exists: Bool) {
        let exists = try configuration.fileSystem.contains(name, in: configuration.directory)
        let file = try configuration.fileSystem.open(configuration.path(name), exists ? .readWrite : .createNew)
        return (file, exists)
    }

    /// Whether a background thread should call ``prepare()``.
    var isBlankWanted: Bool { isWanted && !hasFailed.load(ordering: .relaxed) }

    /// Whether no blocks are ready, and none are under way.
    private var isWanted: Bool {
        state.withLock { if case .none = $0 { true } else { false } }
    }

    /// Makes a file of zeros ready, which takes about a millisecond a MiB. Does nothing when blocks are ready.
    func prepare() throws(StorageError) {
        let mayPrepare = state.withLock { state in
            guard case .none = state, !hasFailed.load(ordering: .relaxed) else { return false }
            state = .preparing
            return true
        }
        guard mayPrepare else { return }
        defer {
            prepared.withLock {}
            prepared.wake()
        }
        do {
            let blocks = try zeros(wantedLength.load(ordering: .relaxed))
            state.withLock { $0 = .ready(blocks) }
        } catch {
            state.withLock { $0 = .none }
            throw error
        }
    }

    /// Waits until no other thread writes here, and lets none begin: the directory may be removed or opened again then.
    func close() {
        _ = prepared.wait(nanoseconds: nil) {
            state.withLock { state in
                if case .preparing = state { return false }
                state = .closed
                return true
            }
        }
    }

    private func zeros(_ bytes: Int) throws(StorageError) -> Blocks {
        let (file, exists) = try open(Self.blankName)
        let length = max(bytes, try file.size())
        do {
            try file.allocate(length)
        } catch {
            if !exists { try? configuration.fileSystem.unlink(configuration.path(Self.blankName)) }
            throw error
        }
        for start in stride(from: 0, to: length, by: Self.zeroedBytes) {
            try zero(file, start..<min(start + Self.zeroedBytes, length))
        }
        return Blocks(file: file, name: Self.blankName, length: length, isBlank: true, isWritten: true)
    }

    /// Zeros are synced after so many bytes. Syncing 64 MiB at once kept the syncs of publishers waiting for tens of milliseconds.
    private static let zeroedBytes = 1 << 20

    private func zero(_ file: any StorageFile, _ range: Range<Int>) throws(StorageError) {
        do {
            try Zeros.write(to: file, range)
        } catch {
            // On a full disk it is tried again: the file holds nothing that could be lost.
            if error.code != .noSpace { hasFailed.store(true, ordering: .relaxed) }
            throw error
        }
        do {
            try file.synchronize()
        } catch {
            hasFailed.store(true, ordering: .relaxed)
            throw error
        }
    }

    /// Takes over the file of a segment that the log does not name any more. - Returns: whether it was wanted.
    func recycle(_ path: String, length: Int) throws(StorageError) -> Bool {
        guard isWanted else { return false }
        try configuration.fileSystem.rename(path, to: configuration.path(Self.name))
        let file = try configuration.fileSystem.open(configuration.path(Self.name), .readWrite)
        state.withLock {
            guard case .none = $0 else { return }
            $0 = .ready(Blocks(file: file, name: Self.name, length: length, isBlank: false, isWritten: true))
        }
        return true
    }
}
