import CloudEvents
import EventLog
import Storage

extension GridlogError {
    init(_ error: EventError) {
        switch error.code {
        case .eventTooLarge: self.init(.payloadTooLarge, error.message, detailCode: "EventTooLarge")
        case .brokenJSON: self.init(.invalidArgument, error.message, detailCode: "InputJsonInvalid")
        case .notAnEvent: self.init(.invalidArgument, error.message, detailCode: "CloudEventInvalid")
        case .tooManyEvents: self.init(.invalidArgument, error.message, detailCode: "TooManyEvents")
        case .malformedHeader: self.init(.invalidArgument, error.message, detailCode: "HeaderInvalid")
        }
    }

    init(_ error: LogError) {
        let code: Code =
            switch error.code {
            case .damaged: .storageDamaged
            case .failed, .closed: .unavailable
            case .noSpace: .insufficientStorage
            case .busy: .tooManyRequests
            case .frameTooLarge: .payloadTooLarge
            case .incompatible: .incompatibleVersion
            case .storage: .internalError
            }
        self.init(code, error.description)
    }

    init(_ error: StorageError) {
        let code: Code =
            switch error.code {
            case .locked: .directoryInUse
            case .noSpace: .insufficientStorage
            default: .internalError
            }
        self.init(code, error.description)
    }

    /// Runs disk operations; what they throw becomes an error of the broker.
    static func converting<Result: ~Copyable>(_ body: () throws(StorageError) -> Result) throws(GridlogError) -> Result
    {
        do {
            return try body()
        } catch {
            throw GridlogError(error)
        }
    }

    /// Runs log operations; what they throw becomes an error of the broker.
    static func converting<Result>(_ body: () throws(LogError) -> Result) throws(GridlogError) -> Result {
        do {
            return try body()
        } catch {
            throw GridlogError(error)
        }
    }
}
