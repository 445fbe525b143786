import EventLog
import Storage
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    @Test func framesThatWaitTogetherShareOneWriteAndOneSync() throws {
        let fixture = try LogFixture(segmentBytes: (1 << 20)...(1 << 20))
        let writes = fixture.disk.count(of: .write)
        let syncs = fixture.disk.count(of: .synchronize)
        let tickets = (0..<100).map { fixture.queue(LogFixture.payload($0, size: 300)) }
        fixture.commit()
        #expect(fixture.disk.count(of: .write) == writes + 1)
        #expect(fixture.disk.count(of: .synchronize) == syncs + 1)
        #expect(tickets.map(\.firstSequence) == (1...100).map { UInt64($0) })
        #expect(fixture.delegate.tails == [101])
    }

    /// R4 and R1: at the moment of the answer the platter holds the frame, byte for byte.
    @Test(.tags(.r01, .r04)) func aTicketIsCalledOnlyWhenTheDurableImageHoldsItsFrame() throws {
        let fixture = try LogFixture()
        let disk = fixture.disk
        let durable = Guarded(0)
        for number in 0..<120 {
            let payload = LogFixture.payload(number, size: 200)
            let ticket = TestTicket { _ in
                let names = (try? disk.names(in: LogFixture.directory)) ?? []
                let isThere = names.contains { name in
                    let bytes = (try? disk.durableBytes(LogFixture.path(name))) ?? []
                    return bytes.contains(payload)
                }
                if isThere { durable.withLock { $0 += 1 } }
            }
            fixture.log.appendEvents(FrameBuffer(payload), count: 1, ticket: ticket)
            if number % 3 == 0 { fixture.commit() }
        }
        fixture.commit()
        #expect(durable.withLock { $0 } == 120)
    }

    @Test(.tags(.r04)) func nothingIsVisibleToReadersBeforeItIsDurable() throws {
        let fixture = try LogFixture()
        fixture.append([1])
        fixture.queue([2])
        #expect(fixture.log.tail == 2)
        fixture.disk.fail(.synchronize, .error(.inputOutput))
        fixture.commit()
        #expect(fixture.log.tail == 2)
        #expect(try fixture.log.frame(containing: 2) == nil)
    }

    /// Real threads, real time: many appenders and one committer; sequences are exactly the order in the file.
    @Test func concurrentAppendersGetEverySequenceOnceInTheOrderOfTheFile() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: SystemClock())
        try committer.start()
        let log = try SegmentedLog.open(
            LogFixture.configuration(disk, ManualClock(), (32 << 10)...(256 << 10)), committer: committer)
        let appenders = 8
        let each = 250
        let results = Guarded<[UInt64: [UInt8]]>([:])
        let threads = try (0..<appenders).map { appender in
            try WorkerThread("append") {
                var last: UInt64 = 0
                for number in 0..<each {
                    let payload = LogFixture.payload(appender * each + number, size: 64 + number)
                    let ticket = TestTicket()
                    log.appendEvents(FrameBuffer(payload), count: 1, ticket: ticket)
                    ticket.wait()
                    guard let sequence = ticket.firstSequence, sequence > last else { return }
                    last = sequence
                    results.withLock { $0[sequence] = payload }
                }
            }
        }
        for thread in threads { thread.join() }
        let bySequence = results.withLock { $0 }
        #expect(bySequence.keys.sorted() == (1...UInt64(appenders * each)).map { $0 })
        var next = try log.frame(containing: 1)
        var seen = 0
        while let frame = next {
            #expect(bySequence[frame.firstSequence] == frame.payload.array())
            seen += 1
            next = try log.frame(after: frame)
        }
        #expect(seen == appenders * each)
        log.close()
        committer.stop()
    }

    @Test func logsOfOneCommitterShareACycleAndDoNotMix() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let clock = ManualClock()
        let committer = Committer(clock: clock)
        let logs = try (0..<5).map { number in
            var configuration = LogFixture.configuration(disk, clock)
            configuration.directory = "/store/log\(number)"
            return try SegmentedLog.open(configuration, committer: committer)
        }
        for round in 0..<50 {
            let tickets = logs.map { log in
                let ticket = TestTicket()
                log.appendEvents(FrameBuffer(LogFixture.payload(round, size: 500)), count: 1, ticket: ticket)
                return ticket
            }
            _ = committer.runCycle(waiting: false)
            #expect(tickets.allSatisfy { $0.firstSequence == UInt64(round + 1) })
        }
        for log in logs { #expect(log.tail == 51) }
    }
}
