import EventLog

extension Workload {
    /// Reading what is in the log. A frame is 10 events.
    static let reading = [
        read("frame after frame") { log in
            var frames = 0
            var next = try log.frame(containing: log.firstSequence)
            while let frame = next {
                frames += 1
                next = try log.frame(after: frame)
            }
            return frames
        },
        read("frame after frame, verified") { log in
            var frames = 0
            var next = try log.frame(containing: log.firstSequence)
            while let frame = next {
                try frame.verify()
                frames += 1
                next = try log.frame(after: frame)
            }
            return frames
        },
        read("frames by sequence, anywhere") { log in
            var found = 0
            for number in 0..<frames {
                let sequence = 1 + UInt64(number) &* 7_919_777 % (log.tail - 1)
                if try log.frame(containing: sequence) != nil { found += 1 }
            }
            return found
        },
    ]

    private static let frames = 1_000

    private static func read(_ name: String, _ body: @escaping @Sendable (SegmentedLog) throws -> Int) -> Workload {
        Workload("read: \(name)", events: frames * 10) { scratch in
            let log = try BenchmarkLog(scratch, "read")
            try log.fill(frames: frames)
            return Run(
                measured: { try WrongOutcome.unless(try body(log.log) == frames, "frames were not found") },
                end: { try log.remove() })
        }
    }

    /// Compressing sealed segments, reading them again, and checking all bytes of sealed segments. A frame is 10 events.
    static let packing = [
        Workload("pack: cold segments", events: frames * 10) { scratch in
            var log: BenchmarkLog?
            return Run(
                before: {
                    log = try BenchmarkLog(scratch, "pack")
                    try log?.fill(frames: frames)
                },
                measured: { try log?.pack() },
                after: { try log?.remove() })
        },
        Workload("scrub: sealed segments", events: frames * 10) { scratch in
            let log = try BenchmarkLog(scratch, "scrub")
            try log.fill(frames: frames)
            return Run(
                measured: {
                    guard var pass = log.log.beginScrub() else { throw WrongOutcome(description: "nothing to scrub") }
                    while !pass.isFinished { _ = try log.log.scrub(&pass) }
                },
                end: { try log.remove() })
        },
    ]
}

extension BenchmarkLog {
    /// Appends frames of 10 events of 1 KiB each.
    fileprivate func fill(frames: Int) throws {
        let body = EventBody.batch(of: 10, EventBody.order)
        for _ in 0..<frames {
            append(body.bytes, count: body.count)
            commit()
        }
        try WrongOutcome.unless(try takeAnswers() == frames, "frames were not answered")
    }

    fileprivate func pack() throws {
        var packed = 0
        while case .packed = try log.packNextColdSegment(olderThan: 0) { packed += 1 }
        try WrongOutcome.unless(packed > 0, "nothing was packed")
    }
}
