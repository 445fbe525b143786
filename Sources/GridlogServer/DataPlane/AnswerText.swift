import HTTPTypes
import NIOCore

/// The head of an answer, as it is sent.
struct AnswerText {
    private(set) var bytes: ByteBuffer

    /// - Parameter capacity: what follows the head in the same buffer, in bytes.
    init(_ status: HTTPResponse.Status, _ allocator: ByteBufferAllocator, capacity: Int) {
        bytes = allocator.buffer(capacity: 224 + capacity)
        if status == .ok {
            bytes.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
    }

    mutating func add(_ fields: HTTPFields) {
        for field in fields { add(field.name, field.value) }
    }

    /// - Parameter value: without line breaks: of a request that the decoder accepted, or our own.
    mutating func add(_ name: HTTPField.Name, _ value: String) {
        bytes.writeString(name.rawName)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    /// The blank line.
    mutating func end() {
        bytes.writeStaticString("\r\n")
    }

    /// The content, in the same buffer.
    mutating func append(_ content: inout ByteBuffer) {
        bytes.writeBuffer(&content)
    }
}
