import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer whose body is JSON.
    init(_ status: HTTPResponse.Status, _ document: JSONValue, headers: HTTPFields = HTTPFields()) {
        var headers = headers
        headers[.contentType] = Self.contentType
        let body = ByteBuffer(bytes: document.bytes)
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// A 200 whose body is this JSON text: for what holds events, which are passed on as they were published.
    init(json bytes: [UInt8]) {
        self.init(
            status: .ok, headers: [.contentType: Self.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static let contentType = "application/json; charset=utf-8"
}
