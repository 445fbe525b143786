#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Gridlog: receive a batch, then acknowledge its lock tokens; two requests after one another, as its clients do it.
final class HTTPConsumer: Client {
    private static let mark = Array(#""lockToken":"#.utf8)
    private static let noneFailed = Array(#""failedLockTokens":[]}"#.utf8)

    private let connection: Connection
    private let receive: [UInt8]
    private let path: String
    /// Between two tokens lies an event of this size, which need not be looked at.
    private let size: Int

    init(_ options: Options) throws {
        connection = try Connection(port: options.port)
        size = options.size
        path = "\(options.path):acknowledge?api-version=2024-06-01"
        receive = httpRequest("\(options.path):receive?api-version=2024-06-01&maxEvents=\(options.batch)&maxWaitTime=0")
    }

    func exchange() throws -> Int {
        try connection.send(receive)
        var body = Array(#"{"lockTokens":["#.utf8)
        body.reserveCapacity(8 << 10)
        let count = try appendTokens(of: try connection.httpBody(), to: &body)
        guard count > 0 else { return 0 }
        body.append("]}")
        try connection.send(httpRequest(path, body: body))
        let answer = try connection.httpBody()
        guard answer.suffix(Self.noneFailed.count).elementsEqual(Self.noneFailed) else {
            let failed = Self.marks(in: answer) { _ in }
            throw LoadError.unexpected("\(failed) of \(count) not acknowledged")
        }
        return count
    }

    func finish() throws -> Int { 0 }

    /// Copies the quoted tokens, separated by commas.
    private func appendTokens(of answer: UnsafeRawBufferPointer, to body: inout [UInt8]) throws -> Int {
        var isWhole = true
        let count = Self.marks(in: answer, apart: size) { offset in
            let start = answer.baseAddress.map { $0 + offset }
            let room = min(128, answer.count - offset)
            guard let start, room > 1, answer[offset] == 0x22, let end = memchr(start + 1, 0x22, room - 1) else {
                isWhole = false
                return
            }
            if body.last != 0x5B { body.append(0x2C) }
            body.append(contentsOf: UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(end) - start + 1))
        }
        guard isWhole else { throw LoadError.unexpected("a lock token without an end") }
        return count
    }

    /// - Returns: how often `"lockToken":` stands there.
    private static func marks(
        in answer: UnsafeRawBufferPointer, apart: Int = 0, _ found: (_ offset: Int) -> Void
    ) -> Int {
        guard let start = answer.baseAddress else { return 0 }
        var count = 0
        var offset = 0
        while offset < answer.count, let quote = memchr(start + offset, 0x22, answer.count - offset) {
            offset = UnsafeRawPointer(quote) - start
            guard answer.count - offset >= mark.count, memcmp(quote, mark, mark.count) == 0 else {
                offset += 1
                continue
            }
            found(offset + mark.count)
            count += 1
            offset += mark.count + apart
        }
        return count
    }
}
