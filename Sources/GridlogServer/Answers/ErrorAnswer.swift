import Gridlog
import HTTPTypes

/// The answer to a request that is refused: a code, and a message that says what to do next (contract 1.5).
struct ErrorAnswer: Error, Sendable, Equatable {
    var code: ErrorCode
    var message: String
    /// What the error is about, for example the path of a JSON member.
    var target: String?
    /// A finer code: goes into the one element of `details`, with the same message.
    var detailCode: String?
    /// The methods that the resource knows; goes into the header `allow` (405 only).
    var allowedMethods: String?

    init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What the broker refused, in the words of HTTP.
    init(_ error: GridlogError) {
        let code: ErrorCode =
            switch error.code {
            case .invalidArgument: .badRequest
            case .notFound: .resourceNotFound
            case .conflict: .conflict
            case .payloadTooLarge: .payloadTooLarge
            case .insufficientStorage: .insufficientStorage
            case .tooManyRequests: .tooManyRequests
            case .storageDamaged: .storageDamaged
            case .unavailable, .directoryInUse: .serviceUnavailable
            case .notAStore, .incompatibleVersion, .internalError: .internalServerError
            }
        self.init(code, error.message)
        detailCode = error.detailCode
    }

    /// `{"error":{"code":…,"message":…,"details":[…]}}`, with `target` where there is one.
    var body: [UInt8] {
        var bytes = Array(#"{"error":{"code":""#.utf8)
        bytes.append(contentsOf: code.rawValue.utf8)
        bytes.append(contentsOf: #"","message":"#.utf8)
        bytes.appendJSONString(message)
        if let target {
            bytes.append(contentsOf: #","target":"#.utf8)
            bytes.appendJSONString(target)
        }
        bytes.append(contentsOf: #","details":["#.utf8)
        if let detailCode {
            bytes.append(contentsOf: #"{"code":"#.utf8)
            bytes.appendJSONString(detailCode)
            bytes.append(contentsOf: #","message":"#.utf8)
            bytes.appendJSONString(message)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(contentsOf: "]}}".utf8)
        return bytes
    }

    /// The header fields of the answer, without `content-length`.
    var headerFields: HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = "application/json"
        fields[.errorCode] = code.rawValue
        if code == .unauthorized { fields[.wwwAuthenticate] = "SharedAccessKey" }
        // Long enough for a group or two to be written.
        if code == .tooManyRequests { fields[.retryAfter] = "1" }
        if let allowedMethods { fields[.allow] = allowedMethods }
        return fields
    }
}
