import HTTPTypes

/// What went wrong, as a client reads it in `error.code` and in the header `x-ms-error-code`
/// (contract 11, decision 8).
enum ErrorCode: String, Sendable, CaseIterable {
    case badRequest = "BadRequest"
    case unauthorized = "Unauthorized"
    case forbidden = "Forbidden"
    case resourceNotFound = "ResourceNotFound"
    case methodNotAllowed = "MethodNotAllowed"
    case conflict = "Conflict"
    case payloadTooLarge = "PayloadTooLarge"
    case unsupportedMediaType = "UnsupportedMediaType"
    case tooManyRequests = "TooManyRequests"
    case internalServerError = "InternalServerError"
    case storageDamaged = "StorageDamaged"
    case serviceUnavailable = "ServiceUnavailable"
    case insufficientStorage = "InsufficientStorage"

    /// The HTTP status that goes with the code.
    var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .resourceNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .payloadTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .tooManyRequests: .tooManyRequests
        case .internalServerError: .internalServerError
        case .storageDamaged, .serviceUnavailable: .serviceUnavailable
        case .insufficientStorage: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }
}
