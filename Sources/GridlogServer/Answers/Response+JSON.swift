import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer whose body is JSON.
    init(_ status: HTTPResponse.Status, _ document: JSONValue, headers: HTTPFields = HTTPFields()) {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        let body = ByteBuffer(bytes: document.bytes)
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
