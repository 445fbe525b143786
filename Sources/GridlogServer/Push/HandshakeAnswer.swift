import AsyncHTTPClient
import Gridlog
import NIOCore
import NIOHTTP1
import NIOPosix

/// What came back from an endpoint that was asked to agree.
enum HandshakeAnswer {
    case answered(HTTPClient.Response)
    case failed(any Error)

    /// How much of a body is read, in bytes.
    static let bodyBytesMax = 64 * 1_024

    /// What an answer to a validation event says.
    enum Validation {
        /// The code came back.
        case confirmed
        /// It did not, but the owner may open the URL.
        case open
        case refused(String)
    }

    /// Whether the answer to `OPTIONS` lets events come from here; its status does not matter.
    var allowsOrigin: Bool {
        guard case .answered(let response) = self else { return false }
        return response.headers[canonicalForm: "webhook-allowed-origin"].contains {
            $0 == "*" || $0.lowercased() == DeliveryHeaders.origin
        }
    }

    /// Judges the answer to a validation event.
    func validation(code: String) -> Validation {
        guard case .answered(let response) = self, response.status == .ok else { return .refused(finding) }
        let bytes = response.body.map { Array($0.readableBytesView) } ?? []
        guard let answer = (try? JSONValue(parsing: bytes))?["validationResponse"] else { return .open }
        return answer == .string(code)
            ? .confirmed : .refused("was answered 200 with another validationResponse than the code")
    }

    /// What came back, as part of a sentence.
    var finding: String {
        switch self {
        case .answered(let response): return "was answered \(response.status.code)"
        case .failed(is ResponseAccumulator.ResponseTooBigError):
            return "was answered with more than \(Self.bodyBytesMax / 1_024) KiB"
        case .failed(let error):
            switch PushOutcome(failure: error) {
            case .timedOut: return "was not answered in time"
            case .unknownHost: return "was not sent: the host's name is unknown"
            default: return "found no connection, or one that broke (\(Self.cause(error)))"
            }
        }
    }

    /// The error of the system or of TLS; for a host of several addresses, that of the first.
    private static func cause(_ error: any Error) -> String {
        let first = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        return String(String(describing: first).prefix(200))
    }
}
