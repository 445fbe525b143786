@testable import EventLog
import Storage
import TestSupport
import Testing

/// A segment in both forms, and packed files that belong to no segment.
@Suite struct PackedFormsTests {
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]], path: String) {
        let fixture = try LogFixture()
        let payloads = fixture.appendTexts(0..<120, size: 300)
        try fixture.packAll()
        return (fixture, payloads, LogFixture.path(PackedFile.name(1)))
    }

    @Test(.tags(.r19)) func theOtherFormIsRemovedOnlyWhenTheOneThatHoldsIsWhole() throws {
        let fixture = try LogFixture()
        let payloads = fixture.appendTexts(0..<120, size: 300)
        let raw = fixture.disk.powerCut(.everything)
        try fixture.packAll()
        let packed = fixture.disk.powerCut(.everything)
        let rawPath = LogFixture.path(Segment.name(1))
        let packedPath = LogFixture.path(PackedFile.name(1))
        // Once the manifest names the segment's own file, once the packed one.
        for (disk, holds, other, source) in [(raw, rawPath, packedPath, packed), (packed, packedPath, rawPath, raw)] {
            try disk.replace(other, with: try source.durableBytes(other))
            let whole = disk.powerCut(.everything)
            #expect(try LogFixture(on: whole).readAll() == payloads)
            let names = try whole.names(in: LogFixture.directory).map { LogFixture.path($0) }
            #expect(names.contains(holds) && !names.contains(other))
            try LogFixture(on: whole.powerCut(.nothing)).log.close()
            // Whichever file of the manifest is lost then, the other one names the form that is there.
            for manifest in ["MANIFEST-A", "MANIFEST-B"] {
                let half = whole.powerCut(.everything)
                try half.damage(LogFixture.path(manifest), 20..<21) { $0 ^ 1 }
                #expect(try LogFixture(on: half).readAll() == payloads)
            }
            let size = try disk.durableBytes(holds).count
            for offset in stride(from: 200, to: min(size, 9_000), by: 331)
            where offset < 0 || offset > 4_200 || holds == packedPath {
                let damaged = disk.powerCut(.everything)
                try damaged.damage(holds, offset..<offset + 1) { $0 ^ 1 }
                let error = #expect(throws: LogError.self) { try LogFixture(on: damaged) }
                #expect(error?.code == .damaged && error?.file == holds)
                let left = try damaged.names(in: LogFixture.directory).map { LogFixture.path($0) }
                #expect(left.contains(holds) && left.contains(other))
            }
        }
    }

    /// One segment in both forms, the one that holds damaged; a packed file that was given up; and a torn tail.
    @Test(.tags(.r08, .r16, .r19)) func damageInOneFormIsFoundBeforeAnythingElseIsChanged() throws {
        let fixture = try LogFixture()
        fixture.appendTexts(0..<120, size: 300)
        let own = LogFixture.path(Segment.name(1))
        let bytes = try fixture.disk.durableBytes(own)
        try fixture.packAll()
        let path = LogFixture.path(PackedFile.name(1))
        let end = fixture.endOffset
        let disk = fixture.disk.powerCut(.everything)
        try disk.replace(own, with: bytes)
        try disk.replace(LogFixture.path(PackedFile.name(0)), with: try disk.durableBytes(path))
        try disk.damage(fixture.newestPath, end..<end + 100) { _ in 7 }
        #expect(try LogFixture(on: disk.powerCut(.everything)).log.findings.cut != nil)
        try disk.damage(path, 300..<301) { $0 ^ 1 }
        let before = try LogFixture.files(on: disk)
        let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
        #expect(error?.code == .damaged && error?.file == path)
        #expect(try LogFixture.files(on: disk) == before)
    }

    @Test(.tags(.r16, .r19)) func packedFilesOfNoSegmentAreTreatedLikeSegments() throws {
        let (fixture, payloads, path) = try store()
        let bytes = try fixture.disk.durableBytes(path)
        fixture.log.release(before: try #require(fixture.log.firstReleasePoint))
        fixture.commit()
        let rest = try fixture.readAll()
        #expect(rest.count < payloads.count)
        // One that was given up, one that nobody knows, one that was being written, and something else.
        let draft = LogFixture.path(PackedFile.draftName(2))
        for name in [path, LogFixture.path(PackedFile.name(0x99)), draft, LogFixture.path("x.packed")] {
            try fixture.disk.replace(name, with: bytes)
        }
        try fixture.reopen()
        #expect(try fixture.readAll() == rest)
        let names = try fixture.disk.names(in: LogFixture.directory)
        #expect(!names.contains(PackedFile.name(1)) && !names.contains(PackedFile.draftName(2)))
        #expect(names.contains { $0.hasPrefix(PackedFile.name(0x99)) && $0.hasSuffix(".aside") })
        #expect(names.contains("x.packed"))
    }
}
