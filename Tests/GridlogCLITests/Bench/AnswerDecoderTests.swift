import NIOCore
import Testing

@testable import GridlogCLI

@Suite struct AnswerDecoderTests {
    private static let text =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-LENGTH:  7 \r\n\r\n{\"a\":1}"
        + "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"
        + "HTTP/1.0 503 No\r\nContent-Length: 2\r\n\r\nno"

    @Test(arguments: 1...40)
    func answersAreWholeHoweverTheirBytesCome(_ pieceLength: Int) throws {
        var decoder = AnswerDecoder()
        var answers: [Answer] = []
        var rest = Array(Self.text.utf8)[...]
        while !rest.isEmpty {
            decoder.append(ByteBuffer(bytes: rest.prefix(pieceLength)))
            rest = rest.dropFirst(pieceLength)
            while let answer = try decoder.next() { answers.append(answer) }
        }
        #expect(answers.map(\.status) == [200, 429, 503])
        #expect(answers.map { String(buffer: $0.body) } == [#"{"a":1}"#, "", "no"])
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ])
    func whatIsNoUsableAnswerIsAnError(_ text: String) {
        var decoder = AnswerDecoder()
        decoder.append(ByteBuffer(string: text))
        let failure = #expect(throws: CommandFailure.self) { try decoder.next() }
        #expect(failure?.message.contains("cannot be understood") == true)
    }

    @Test func headWithoutEndIsAnErrorAndNotKept() {
        var decoder = AnswerDecoder()
        decoder.append(ByteBuffer(string: "HTTP/1.1 200 OK\r\n" + String(repeating: "x", count: 70_000)))
        #expect(throws: CommandFailure.self) { try decoder.next() }
    }
}
