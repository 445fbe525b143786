import EventLog

extension Workload {
    /// Filling frames: copy, table, checksum, queue. What the thread of a publish does after it has scanned.
    static let publishing = [
        encode("100 events of 1 KiB", .batch(of: 100, EventBody.order)),
        encode("one event of 1 KiB", .single(EventBody.order)),
    ]

    private static func encode(_ name: String, _ body: EventBody) -> Workload {
        let frames = 1_000 / body.count
        return Workload("frame encode: \(name)", events: 1_000) { scratch in
            let log = try BenchmarkLog(scratch, "encode")
            return Run(
                measured: {
                    for _ in 0..<frames { log.append(body.bytes, count: body.count) }
                },
                after: {
                    log.commit()
                    try WrongOutcome.unless(try log.takeAnswers() == frames, "frames were not answered")
                    log.releaseOld()
                },
                end: { try log.remove() })
        }
    }

    /// Groups of frames from the queue to the disk: headers, writes and, where it says durable, syncs.
    static let appending = [
        append("groups of 1 frame of 1 event, durable", frames: 1, groups: 32, .single(EventBody.order)),
        append("groups of 32 frames of 1 event, durable", frames: 32, groups: 32, .single(EventBody.order)),
        append("groups of 1 frame of 100 events, durable", frames: 1, groups: 32, .batch(of: 100, EventBody.order)),
        append("groups of 8 frames of 100 events, durable", frames: 8, groups: 8, .batch(of: 100, EventBody.order)),
        append(
            "groups of 32 frames of 1 event, written", frames: 32, groups: 32, .single(EventBody.order), .written),
    ]

    private static func append(
        _ name: String, frames: Int, groups: Int, _ body: EventBody, _ level: CommitLevel = .durable
    ) -> Workload {
        Workload("append: \(name)", events: frames * groups * body.count) { scratch in
            let log = try BenchmarkLog(scratch, "append", level: level)
            return Run(
                measured: {
                    for _ in 0..<groups {
                        for _ in 0..<frames { log.append(body.bytes, count: body.count) }
                        log.commit()
                    }
                },
                after: {
                    try WrongOutcome.unless(try log.takeAnswers() == groups * frames, "frames were not answered")
                    log.releaseOld()
                },
                end: { try log.remove() })
        }
    }
}
