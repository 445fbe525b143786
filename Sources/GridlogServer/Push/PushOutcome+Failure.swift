import AsyncHTTPClient
import Gridlog
import NIOCore
import NIOPosix

extension PushOutcome {
    /// What a request that was not answered means to the broker.
    init(failure: any Error) {
        switch failure {
        case let failure as DeliveryAnswer.BodyTooLong: self = failure.outcome
        case is WebhookClient.ForbiddenAddress: self = .forbiddenAddress
        case let failure as HTTPClientError where Self.timeouts.contains(failure): self = .timedOut
        case ChannelError.connectTimeout: self = .timedOut
        case let failure as NIOConnectionError: self.init(connecting: failure)
        case SocketAddressError.unknown: self = .unknownHost
        default: self = .connectionFailed
        }
    }

    /// A name may have several addresses: the host is unknown when there was none to try.
    private init(connecting failure: NIOConnectionError) {
        if failure.connectionErrors.isEmpty {
            self = .unknownHost
        } else if failure.connectionErrors.allSatisfy({
            if case ChannelError.connectTimeout = $0.error { true } else { false }
        }) {
            self = .timedOut
        } else {
            self = .connectionFailed
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout,
    ]
}
