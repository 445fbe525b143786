import HTTPTypes
import Hummingbird
import NIOCore

extension ErrorAnswer {
    /// The answer as a response of Hummingbird.
    ///
    /// After a body that is too large the connection is closed, because nobody reads what is left of it (contract 11,
    /// decision 6).
    func response(closing channel: any Channel) -> Response {
        let buffer = ByteBuffer(bytes: body)
        guard code == .payloadTooLarge else {
            return Response(status: code.status, headers: headerFields, body: ResponseBody(byteBuffer: buffer))
        }
        var fields = headerFields
        fields[.connection] = "close"
        let closingBody = ResponseBody(contentLength: buffer.readableBytes) { writer in
            try await writer.write(buffer)
            try await writer.finish(nil)
            channel.close(promise: nil)
        }
        return Response(status: code.status, headers: fields, body: closingBody)
    }
}
