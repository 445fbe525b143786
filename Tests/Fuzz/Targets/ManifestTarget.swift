import Storage

@testable import EventLog

/// The two manifest files: as the input says, or with their checksums repaired, or one around a content of the input.
enum ManifestTarget {
    private static let names = ["MANIFEST-A", "MANIFEST-B"]
    private static let directory = "log"

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let control = input.byte()
        let files = MemoryFileSystem()
        if control & 1 != 0 {
            // What the encoder makes of a content, twice, so that there are both files.
            guard let (manifest, _) = try? Manifest.open(in: directory, files) else { return }
            for _ in 0..<2 { _ = try? manifest.write(input.piece().span.bytes) }
        } else {
            for name in names {
                var file = input.piece()
                if control & 2 != 0 { repair(&file) }
                if control & 4 == 0 || !file.isEmpty { files["\(directory)/\(name)"] = file }
            }
        }
        check(files)
    }

    /// FORMAT.md section 3: the checksum of the content, then that of the header.
    private static func repair(_ file: inout [UInt8]) {
        guard file.count >= 32 else { return }
        var input = FuzzInput(Array(file[12..<16]))
        let end = 32 + Int(input.number(UInt32.self))
        if end <= file.count { file.repairChecksum(of: 32..<end, at: 24) }
        file.repairChecksum(of: 0..<28, at: 28)
    }

    private static func check(_ files: MemoryFileSystem) {
        let longest = files.paths.compactMap { files[$0]?.count }.max() ?? 0
        guard let (manifest, content) = try? Manifest.open(in: directory, files) else { return }
        require((content?.count ?? 0) <= longest, "a content is not longer than its file")
        let again = try? Manifest.open(in: directory, files)
        require(again?.content == content, "what was opened once is opened again")
        if let content { check(content) }
        let next: [UInt8] = [1, 2, 3]
        // Only an epoch at its end refuses; then what was there still holds.
        let isWritten = (try? manifest.write(next.span.bytes)) != nil
        let newest = try? Manifest.open(in: directory, files)
        require(newest?.content == (isWritten ? next : content), "the newest content holds")
    }

    private static func check(_ content: [UInt8]) {
        guard let ledger = SegmentLedger(content.span.bytes) else { return }
        require(!ledger.segments.isEmpty, "a ledger names a segment")
        let encoded = ledger.encoded().bytes.array()
        require(encoded.count == content.count, "a ledger is as long as its content")
        require(SegmentLedger(encoded.span.bytes) == ledger, "a ledger is read as it was written")
    }

    static var seeds: [[UInt8]] {
        let identity = LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3)
        let entries = [
            SegmentLedger.Entry(id: 1, baseSequence: 1, length: 9_000, endSequence: 70),
            SegmentLedger.Entry(id: 2, baseSequence: 70, length: 0, endSequence: 0),
        ]
        let contents = (1...2).map {
            SegmentLedger(identity: identity, durableWatermark: 4_096, segments: Array(entries.suffix($0))).encoded()
                .bytes.array()
        }
        let files = MemoryFileSystem()
        if let (manifest, _) = try? Manifest.open(in: directory, files) {
            for content in contents { try? manifest.write(content.span.bytes) }
        }
        return [UInt8](0...7).map { control in
            var seed = FuzzSeed()
            seed.byte(control)
            for (name, content) in zip(names, contents) {
                seed.piece(control & 1 != 0 ? content : files["\(directory)/\(name)"] ?? [])
            }
            return seed.bytes
        }
    }
}
