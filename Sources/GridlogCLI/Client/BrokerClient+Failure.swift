import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

extension BrokerClient {
    /// The failure for an answer that is no success: the server's code and message, or what can be said without them.
    static func refusal(status: Int, body: ByteBuffer) -> CommandFailure {
        let error = JSONText(Array(body.readableBytesView)[...])["error"]
        let message =
            if let code = error?["code"]?.string {
                "\(code): \(error?["message"]?.string ?? "no message")"
            } else {
                "the server answered \(status) without saying why"
            }
        let exit = ExitStatus(httpStatus: status)
        return CommandFailure(status: exit == .ok ? .failure : exit, message: message)
    }

    /// The failure for an answer that did not come.
    static func silence(of address: BrokerAddress, error: any Error, limit: Duration) -> CommandFailure {
        let reason =
            switch error as? HTTPClientError {
            case .deadlineExceeded, .readTimeout, .writeTimeout: "no answer within \(limit)"
            case .connectTimeout, .getConnectionFromPoolTimeout: "no connection within \(limit)"
            case .remoteConnectionClosed: "it closed the connection"
            case .some(let other): other.shortDescription
            case .none: Self.plain(error)
            }
        return CommandFailure(
            status: .unreachable,
            message: "\(address.origin) cannot be reached: \(reason); is `gridlog serve` running there?")
    }

    static func plain(_ error: any Error) -> String {
        let cause = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        guard let system = cause as? IOError else { return String(describing: cause) }
        return String(cString: strerror(system.errnoCode))
    }
}
