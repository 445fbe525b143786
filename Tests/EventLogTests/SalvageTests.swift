@testable import EventLog
import Storage
import TestSupport
import Testing

/// Writing what can be read of a log into a new one.
@Suite struct SalvageTests {
    private static let directory = "/store/new"

    private struct Frame: Equatable {
        let sequence: UInt64
        let time: UInt64
        let payload: [UInt8]
    }

    private func salvage(_ disk: SimulatedDisk) throws -> LogSalvage {
        let configuration = LogFixture.configuration(disk)
        try disk.createDirectory(Self.directory)
        try disk.syncDirectory("/store")
        var salvage = LogSalvage(
            try LogInspection(LogFixture.directory, identity: configuration.identity, disk),
            identity: configuration.identity, to: Self.directory, disk, random: configuration.random)
        try salvage.run(pause: {}, progress: { _ in })
        return salvage
    }

    /// Opens a log, and shows its events, its settlements and the sequence of the next event.
    private func open(
        _ disk: SimulatedDisk, _ directory: String
    ) throws -> (events: [Frame], settlements: [[UInt8]], tail: UInt64) {
        var configuration = LogFixture.configuration(disk)
        configuration.directory = directory
        let committer = Committer(clock: configuration.clock)
        let log = try SegmentedLog.open(configuration, committer: committer)
        defer { committer.abandon() }
        var settlements: [[UInt8]] = []
        log.replay { if case .settlements = $0.kind { settlements.append($0.payload.array()) } }
        var events: [Frame] = []
        var sequence = log.firstSequence
        while sequence < log.tail {
            if let gap = log.gap(atOrAfter: sequence), gap.contains(sequence) { sequence = gap.upperBound }
            guard let frame = try log.frame(containing: sequence) else { break }
            try frame.verify()
            events.append(Frame(sequence: frame.firstSequence, time: frame.appendTime, payload: frame.payload.array()))
            sequence = frame.endSequence
        }
        return (events, settlements, log.tail)
    }

    /// Several segments, packed ones among them, a gap, and settlements in the newest.
    private func store() throws -> LogFixture {
        let fixture = try LogFixture(checkpoint: { [[1, 2, 3], [4]] })
        fixture.appendTexts(0..<90, size: 700)
        try fixture.packAll()
        fixture.append(90..<130, size: 700)
        fixture.queueSettlements(LogFixture.payload(1_000, size: 40))
        fixture.append(130..<135, size: 100)
        fixture.idle()
        return fixture
    }

    @Test(.tags(.r08)) func aSoundLogComesOutTheSameAndOutlastsAPowerCut() throws {
        let fixture = try store()
        let before = try open(fixture.disk.powerCut(.everything), LogFixture.directory)
        let salvaged = try salvage(fixture.disk)
        #expect(salvaged.damages.isEmpty && salvaged.lost.isEmpty)
        #expect(salvaged.eventCount == before.events.count)
        let after = try open(fixture.disk.powerCut(.nothing), Self.directory)
        #expect(after.events == before.events)
        #expect(after.settlements == before.settlements && after.tail == before.tail)
    }

    @Test(.tags(.r08)) func aCopyIsTheSameAndOutlastsAPowerCut() throws {
        let fixture = try store()
        let before = try open(fixture.disk.powerCut(.everything), LogFixture.directory)
        let identity = LogFixture.configuration(fixture.disk).identity
        try fixture.disk.createDirectory(Self.directory)
        try fixture.disk.syncDirectory("/store")
        var copy = LogCopy(into: Self.directory, of: identity, fixture.disk)
        try copy.copy(
            LogInspection(LogFixture.directory, identity: identity, fixture.disk), pause: {}, progress: { _ in })
        try copy.writeManifest()
        let disk = fixture.disk.powerCut(.nothing)
        let after = try open(disk, Self.directory)
        #expect(after.events == before.events)
        #expect(after.settlements == before.settlements && after.tail == before.tail)
        #expect(try disk.names(in: Self.directory).contains { $0.hasSuffix(".packed") })
    }

    /// In turn every frame of events that is not packed, in its header and in its payload.
    @Test(.tags(.r08), arguments: [20, 64]) func aDamagedFrameIsLostAloneAndItsNumbersAreGivenToNoOther(byte: Int)
        throws
    {
        let fixture = try store()
        let before = try open(fixture.disk.powerCut(.everything), LogFixture.directory)
        let inspection = try LogInspection(
            LogFixture.directory, identity: LogFixture.configuration(fixture.disk).identity, fixture.disk)
        for segment in inspection.segments where !segment.isPacked {
            var scan = SegmentScan(segment)
            while case .frame(let frame)? = scan.next() {
                guard frame.kind == .events else { continue }
                let disk = fixture.disk.powerCut(.everything)
                let place = frame.offsetInSegment + byte
                try disk.damage(segment.path, place..<place + 1) { $0 ^ 4 }
                let salvaged = try salvage(disk)
                #expect(salvaged.lost == [frame.firstSequence..<frame.endSequence])
                #expect(salvaged.damages.map(\.offset) == [frame.offsetInSegment])
                let after = try open(disk, Self.directory)
                #expect(after.events == before.events.filter { $0.sequence != frame.firstSequence })
                #expect(after.settlements == before.settlements && after.tail == before.tail)
            }
        }
    }

    @Test(.tags(.r08)) func aSegmentWhoseCheckpointIsDamagedTakesTheOneBefore() throws {
        let fixture = try store()
        let before = try open(fixture.disk.powerCut(.everything), LogFixture.directory)
        try fixture.disk.damage(fixture.newestPath, 4_096 + 64..<4_096 + 65) { $0 ^ 1 }
        let salvaged = try salvage(fixture.disk)
        #expect(salvaged.lost.isEmpty && salvaged.damages.count == 1)
        let after = try open(fixture.disk, Self.directory)
        #expect(after.events == before.events)
        #expect(after.settlements == before.settlements)
        let inspection = try LogInspection(Self.directory, identity: nil, fixture.disk)
        var scan = SegmentScan(try #require(inspection.newest))
        guard case .frame(let first)? = scan.next() else { return #expect(Bool(false), "no frame") }
        #expect(first.kind == .checkpoint && first.payload.array() == [1, 2, 3])
    }

    /// The frame leaves a gap in a sealed segment, and the newest segment, which held the state, cannot be read.
    @Test(.tags(.r08)) func theStateOutlastsTheNewestSegment() throws {
        let fixture = try store()
        let sealed = try #require(fixture.segmentNames.dropLast().last)
        try fixture.disk.damage(LogFixture.path(sealed), 4_096 + 2_000..<4_096 + 2_001) { $0 ^ 1 }
        try fixture.disk.replace(fixture.newestPath, with: [UInt8](repeating: 0, count: 16 << 10))
        let salvaged = try salvage(fixture.disk)
        #expect(salvaged.lost.count == 1)
        let inspection = try LogInspection(Self.directory, identity: nil, fixture.disk)
        var scan = SegmentScan(try #require(inspection.newest))
        guard case .frame(let first)? = scan.next() else { return #expect(Bool(false), "no frame") }
        #expect(first.kind == .checkpoint && first.payload.array() == [1, 2, 3])
        _ = try open(fixture.disk, Self.directory)
    }

    @Test(.tags(.r08)) func aSegmentWithManyGapsTakesNoMoreSpaceThanItDid() throws {
        let fixture = try LogFixture(
            segmentBytes: (4 << 20)...(4 << 20), checkpoint: { [[UInt8](repeating: 1, count: 9_000)] })
        fixture.append(0..<700, size: 8_000)
        let first = LogFixture.path(try #require(fixture.segmentNames.first))
        for frame in 1...100 {
            let place = 4_096 + frame * 4 * (8_000 + 64)
            try fixture.disk.damage(first, place + 500..<place + 501) { $0 ^ 1 }
        }
        #expect(try salvage(fixture.disk).lost.count == 100)
        let sizes = try fixture.disk.names(in: Self.directory).map {
            try fixture.disk.liveBytes("\(Self.directory)/\($0)").count
        }
        #expect(sizes.count > 100 && sizes.reduce(0, +) < 10 << 20)
    }
}
