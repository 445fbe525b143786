#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// JetStream: fast ingest, one batch without end a connection. Where an event stands in it is said by its reply subject; the server
/// answers each half of the window, not each event.
final class NATSFastPublisher: Client {
    private static let digits = 12

    private let connection: Connection
    private let window: Int
    private let inbox: String
    /// No other publisher on the stream may have it.
    private let id: String
    private let event: [UInt8]
    /// Half a window of events.
    private var half: [UInt8] = []
    /// Where the digits of each event's number stand, before its operation.
    private var offsets: [Int] = []
    private var sent = 0
    private var answered = 0

    init(_ options: Options, index: Int) throws {
        guard options.batch >= 2 else { throw LoadError.usage("fast ingest needs a window of 2 at least") }
        connection = try Connection(port: options.port)
        window = options.batch
        event = eventText(size: options.size)
        id = "batch-\(index)-\(getpid())"
        inbox = "_INBOX.peer-load.\(index)"
        try connection.natsConnect(inbox: "\(inbox).>")
        for _ in 0..<window / 2 { offsets.append(append(to: &half)) }
    }

    func exchange() throws -> Int {
        let before = answered
        while sent - answered + offsets.count <= window {
            for offset in offsets { number(&half, at: offset, operation: sent == 0 ? "0" : "1") }
            try connection.send(half)
        }
        repeat { try readAnswer() } while sent - answered + offsets.count > window || connection.hasInput
        return answered - before
    }

    /// Ends the batch with one event more, whose answer counts them all.
    func finish() throws -> Int {
        let before = answered
        var last: [UInt8] = []
        let offset = append(to: &last)
        number(&last, at: offset, operation: "2")
        try connection.send(last)
        while answered < sent { try readAnswer() }
        return answered - before
    }

    /// `…<events an answer>.<what to do about a gap>.<number>.<0: first, 1: next, 2: last>.$FI`.
    private func append(to buffer: inout [UInt8]) -> Int {
        buffer += Array("PUB bench \(inbox).\(id).\(window / 2).fail.".utf8)
        let offset = buffer.count
        let number = String(repeating: "0", count: Self.digits)
        buffer += Array("\(number).1.$FI \(event.count)\r\n".utf8) + event + [13, 10]
        return offset
    }

    private func number(_ buffer: inout [UInt8], at offset: Int, operation: Character) {
        sent += 1
        var rest = sent
        for place in (offset..<offset + Self.digits).reversed() {
            buffer[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        buffer[offset + Self.digits + 1] = operation.asciiValue ?? 0x31
    }

    /// `{"type":"ack","seq":…}` of those up to there, or at the end `{"stream":…,"count":…}`.
    private func readAnswer() throws {
        let answer = try connection.natsMessage()
        let isAnswer = answer.isStored && answer.payload.starts(with: #"{"type":"ack""#)
        let count = isAnswer ? answer.number(after: #""seq":"#) : answer.number(after: #""count":"#)
        guard answer.isStored, let count, count >= answered, count <= sent else {
            throw LoadError.unexpected("events that were not stored \(answer.status) \(answer.payload.text)")
        }
        answered = count
    }
}
