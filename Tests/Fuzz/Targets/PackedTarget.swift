import Storage

@testable import EventLog

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The packed form of a sealed segment: a sound file, edited as the input says, its checksums made right again or not.
///
/// The edits happen before the file is opened or afterwards, as on a disk that gives other bytes when a page is read again.
enum PackedTarget {
    private static let path = "log/" + PackedFile.name(SoundSegment.id)
    /// No more events of a file are asked for.
    private static let readsMax = 64

    private struct Control {
        let bits: UInt8

        var isResealed: Bool { bits & 4 != 0 }
        var isLate: Bool { bits & 8 != 0 }
        var isChained: Bool { bits & 16 != 0 }
        var sound: SoundSegment { SoundSegment.all[Int(bits & 3) % SoundSegment.all.count] }
    }

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let control = Control(bits: input.byte())
        let sound = control.sound
        var draft = PackedDraft(sound)
        if control.isResealed {
            draft.edit(&input)
            draft.reseal(isChained: control.isChained)
        }
        var file = draft.file
        flip(&input, &file)
        control.isLate ? openSound(sound, thenRead: file, control) : openAndRead(file, sound, control)
    }

    /// Changes of the file that no checksum knows of.
    private static func flip(_ input: inout FuzzInput, _ file: inout [UInt8]) {
        var edits = 0
        while !input.isEmpty, edits < 8 {
            edits += 1
            let how = input.byte()
            let place = Int(input.number(UInt32.self) % UInt32(max(1, file.count)))
            switch how & 3 {
            case 0: file.removeLast(file.count - place)
            case 1: file += input.bytes(Int(how >> 2))
            default:
                for (offset, byte) in input.bytes(Int(how >> 2) + 1).enumerated() where place + offset < file.count {
                    file[place + offset] ^= byte
                }
            }
        }
    }

    // MARK: - Opening

    private static func openAndRead(_ file: [UInt8], _ sound: SoundSegment, _ control: Control) {
        let files = MemoryFileSystem()
        files[path] = file
        let configuration = SoundSegment.configuration(files)
        openAsNamed(file, sound, configuration)
        guard let region = try? files.open(path, .read).map(file.count, .readOnly) else { return }
        do throws(LogError) {
            let packed = try PackedFile(region, path: path, cache: configuration.blockCache)
            read(SealedSegment(packed), sound, control, isSound: file == sound.packed)
        } catch {
            require(file != sound.packed, "what was written is opened: \(error)")
            check(error)
        }
    }

    /// What the manifest says of the segment holds for what recovery opens.
    private static func openAsNamed(_ file: [UInt8], _ sound: SoundSegment, _ configuration: LogConfiguration) {
        var entry = sound.entry
        entry.packedLength = UInt64(file.count)
        do throws(LogError) {
            let sealed = try Recovery(configuration).openPacked(entry, sound.sequences)
            require(sealed.ledgerEntry == entry, "what the manifest names is opened")
        } catch {
            check(error)
            require(
                error.sequences == sound.sequences && error.segment == SoundSegment.id,
                "damage at opening names the segment and all sequences")
        }
    }

    private static func openSound(_ sound: SoundSegment, thenRead file: [UInt8], _ control: Control) {
        let files = MemoryFileSystem()
        files[path] = sound.packed
        let cache = SoundSegment.configuration(files).blockCache
        guard let opened = try? files.open(path, .readWrite),
            let region = try? opened.map(sound.packed.count, .readOnly),
            let changes = try? opened.map(sound.packed.count, .readWrite),
            let packed = try? PackedFile(region, path: path, cache: cache)
        else { fatalError("broken promise: what was written is opened") }
        let changed = Array(file.prefix(sound.packed.count))
        changes.store(changed.span.bytes, at: 0)
        read(SealedSegment(packed), sound, control, isSound: changed == Array(sound.packed[..<changed.count]))
    }

    private static func check(_ error: LogError) {
        require(error.code == .damaged || error.code == .incompatible, "bad bytes are damage: \(error)")
        require(error.file == path, "damage names its file: \(error)")
        require(error.code != .damaged || error.segment != nil || error.offset != nil, "damage names a place: \(error)")
    }

    // MARK: - Reading

    private static func read(_ sealed: SealedSegment, _ sound: SoundSegment, _ control: Control, isSound: Bool) {
        var isVerified = false
        do throws(LogError) {
            try sealed.verify()
            isVerified = true
            require(isSound || control.isResealed, "no changed byte goes unnoticed")
        } catch {
            require(!isSound, "what was written is whole: \(error)")
            check(error)
        }
        let end = sealed.endSequence
        var sequence = sealed.baseSequence
        var reads = 0
        while sequence < end, reads < readsMax {
            reads += 1
            guard let frame = frame(containing: sequence, of: sealed, isVerified: isVerified) else {
                sequence += 1
                continue
            }
            check(frame, sound, isOriginal: !control.isResealed)
            if isVerified {
                require(frame.firstSequence == sequence, "no event lies in two frames")
                checkTime(frame, of: sealed)
            }
            sequence = max(sequence, frame.endSequence &- 1) + 1
        }
        for strange in [0, 1 << 40, UInt64.max] { _ = frame(containing: strange, of: sealed, isVerified: false) }
        checkParts(sealed, sound, isSound: isSound)
    }

    /// As a reader of the log finds an event.
    private static func frame(
        containing sequence: UInt64, of sealed: SealedSegment, isVerified: Bool
    ) -> LogFrame? {
        do throws(LogError) {
            let frame = try SegmentedLog.walk(sealed.segment, from: sealed.start(of: sequence), to: sequence)
            require(
                frame.firstSequence <= sequence && sequence < frame.endSequence, "what is found is what was looked for")
            try frame.verify()
            return frame
        } catch {
            require(!isVerified, "what was verified is read: \(error)")
            check(error)
            require(error.sequences?.isEmpty == false, "damage names sequences: \(error)")
            return nil
        }
    }

    private static func check(_ frame: LogFrame, _ sound: SoundSegment, isOriginal: Bool) {
        require(frame.payload.byteCount == Int(frame.header.storedLength), "a payload is as long as its header says")
        guard isOriginal else { return }
        guard let event = sound.events.first(where: { $0.header == frame.header }) else {
            fatalError("broken promise: a frame that is read is one that was written")
        }
        require(frame.payload.isSame(as: event.payload), "an event is read as it was written, or not at all")
    }

    private static func checkTime(_ frame: LogFrame, of sealed: SealedSegment) {
        let found = try? SegmentedLog.sequence(appendedAtOrAfter: frame.appendTime, in: sealed, next: .max, tail: .max)
        require(found.map { $0 <= frame.firstSequence } == true, "the first event of a time is found")
    }

    /// Every block, past the cache: its length is bounded and is that of its entry.
    private static func checkParts(_ sealed: SealedSegment, _ sound: SoundSegment, isSound: Bool) {
        guard let packed = sealed.segment.packed else { return }
        var raw: [UInt8] = []
        for position in 0..<min(packed.header.blockCount, 8) {
            guard let block = packed.block(position), let part = try? packed.uncachedPart(at: block.rawOffset) else {
                require(!isSound, "the blocks of what was written are read")
                continue
            }
            let region = part.region
            require(region.length <= PackedBlock.rawLengthMax, "a block is no longer than the format allows")
            if isSound { raw += region.bytes.array() }
        }
        require(!isSound || raw == sound.raw, "unpacking gives back the frames")
    }

    static var seeds: [[UInt8]] {
        // A flipped bit in header, block and index; a shortened file; a longer one.
        let flips: [[UInt8]] = [
            [2, 20, 0, 0, 0, 1], [2, 160, 0, 0, 0, 4], [2, 0xFF, 1, 0, 0, 8], [0, 100, 1, 0, 0], [5, 0, 0, 0, 0, 7],
        ]
        var seeds: [[UInt8]] = []
        for variant in 0..<UInt8(SoundSegment.all.count) {
            seeds += [[variant], [variant | 8]]
            for flip in flips { seeds += [[variant] + flip, [variant | 8] + flip] }
            for edit in PackedDraft.seeds {
                seeds += [[variant | 4] + edit, [variant | 12] + edit, [variant | 20] + edit]
            }
        }
        return seeds
    }
}

extension RawSpan {
    /// ``isEqual(to:)`` at the speed that a sanitizer leaves to the C library.
    func isSame(as other: [UInt8]) -> Bool {
        withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                guard mine.count == theirs.count, let start = mine.baseAddress, let other = theirs.baseAddress else {
                    return mine.count == theirs.count
                }
                return memcmp(start, other, mine.count) == 0
            }
        }
    }
}
