@testable import EventLog
import TestSupport

/// A log whose last group was written and not synced when the power failed.
struct TornGroup {
    /// The disk as it was before the group, durably.
    let disk: SimulatedDisk
    let path: String
    /// The newest segment before and after the group.
    let before: [UInt8]
    let after: [UInt8]
    /// Where the group lies.
    let range: Range<Int>
    let answered: [[UInt8]]
    let torn: [[UInt8]]

    /// Writes the group on top of what the fixture holds.
    init(_ fixture: LogFixture, answered: [[UInt8]], group: [[UInt8]]) throws {
        path = fixture.newestPath
        before = try fixture.disk.durableBytes(path)
        let start = fixture.endOffset
        for payload in group { fixture.queue(payload) }
        fixture.disk.fail(.synchronize, lasting: true, .powerOff)
        let live = fixture.disk
        fixture.commit()
        after = try live.liveBytes(path)
        disk = live.powerCut(.nothing)
        range = start..<start + group.reduce(0) { $0 + (64 + $1.count + 7) / 8 * 8 }
        self.answered = answered
        torn = group
    }

    /// The disk after a cut that left the newest segment like this.
    func disk(with bytes: [UInt8]) throws -> SimulatedDisk {
        let disk = disk.powerCut(.everything)
        try disk.replace(path, with: bytes)
        return disk
    }

    /// Only the bytes of the group before `end` reached the platter.
    func cut(at end: Int) -> [UInt8] {
        Array(after[..<end]) + before[end...]
    }

    /// All of the group but one 512-byte sector reached the platter.
    func withoutSector(_ sector: Int) -> [UInt8] {
        var bytes = after
        for offset in sector * 512..<min((sector + 1) * 512, bytes.count) { bytes[offset] = before[offset] }
        return bytes
    }

    var sectors: ClosedRange<Int> { range.lowerBound / 512...(range.upperBound - 1) / 512 }
}
