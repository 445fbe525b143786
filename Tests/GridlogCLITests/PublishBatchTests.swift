import Testing

@testable import GridlogCLI

@Suite struct PublishBatchTests {
    /// Adds events of these lengths, in bytes, and tells which were taken.
    private func taken(of lengths: [Int], by batch: inout PublishBatch) -> [Bool] {
        lengths.map { length in
            let padding = Array(repeating: UInt8(ascii: "x"), count: length - 8)
            return batch.add((Array("{\"a\":\"".utf8) + padding + Array("\"}".utf8))[...])
        }
    }

    @Test func severalEventsBecomeAnArrayOfTheirBytes() {
        var batch = PublishBatch()
        _ = batch.add(Array("{\"n\":1.10}".utf8)[...])
        _ = batch.add(Array("{ }".utf8)[...])
        #expect(String(decoding: batch.body, as: UTF8.self) == "[{\"n\":1.10},{ }]")
        #expect(batch.contentType == "application/cloudevents-batch+json; charset=utf-8")
        #expect(batch.count == 2)
    }

    @Test func oneEventStandsAloneAndMayHaveTheFullLimit() {
        var batch = PublishBatch()
        #expect(taken(of: [PublishLimits.bytes, 8], by: &batch) == [true, false])
        #expect(batch.body.count == PublishLimits.bytes)
        #expect(batch.body.first == UInt8(ascii: "{"))
        #expect(batch.contentType == "application/cloudevents+json; charset=utf-8")
    }

    @Test func requestNeverExceedsItsBytes() {
        var batch = PublishBatch()
        let half = (PublishLimits.bytes - 3) / 2
        let rest = PublishLimits.bytes - 3 - half
        #expect(taken(of: [half, rest + 1, rest, 8], by: &batch) == [true, false, true, false])
        #expect(batch.body.count == PublishLimits.bytes)
    }

    @Test func requestNeverExceedsItsEvents() {
        var batch = PublishBatch()
        let taken = taken(of: Array(repeating: 8, count: PublishLimits.events + 1), by: &batch)
        #expect(taken.filter { $0 }.count == PublishLimits.events)
        #expect(taken.last == false)
        #expect(batch.count == 1_000)
    }
}
