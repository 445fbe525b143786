import AsyncHTTPClient
import NIOCore

/// Speaks HTTP to endpoints: HTTP/1.1 over at most ``connectionsMax`` connections to each, with the certificates
/// verified, no redirects followed, and no byte of a request sent to an address that is forbidden.
final class WebhookClient: Sendable {
    /// Connections to one endpoint.
    static let connectionsMax = 64
    /// How long a whole exchange may take (contract, decision 30).
    static let exchangeLimit = TimeAmount.seconds(30)

    /// Fails the requests that a connection was made for.
    struct ForbiddenAddress: Error {}

    /// Where requests may go.
    let addresses: AddressPolicy
    private let client: HTTPClient
    private let limit: TimeAmount

    /// - Parameters:
    ///   - loops: where connections live; must outlive ``shutdown()``.
    ///   - limit: how long a whole exchange may take.
    init(loops: any EventLoopGroup, addresses: AddressPolicy, limit: TimeAmount = exchangeLimit) {
        self.addresses = addresses
        self.limit = limit
        client = HTTPClient(eventLoopGroup: loops, configuration: Self.configuration(addresses))
    }

    /// One of the loops; the current one, if it is of them.
    var loop: any EventLoop { client.eventLoopGroup.any() }

    /// Sends a request. The future fails when the whole answer does not come within the limit.
    func execute<Delegate: HTTPClientResponseDelegate>(
        _ request: HTTPClient.Request, _ delegate: Delegate
    ) -> EventLoopFuture<Delegate.Response> {
        client.execute(request: request, delegate: delegate, deadline: .now() + limit).futureResult
    }

    /// Breaks off what is under way. Must be called once, before the client is forgotten.
    func shutdown() async {
        try? await client.shutdown()
    }

    private static func configuration(_ addresses: AddressPolicy) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: connectionsMax)
        // The broker has a schedule of its own, and must hear soon what is wrong.
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)), connectionPool: pool,
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.tracing.tracer = nil
        configuration.http1_1ConnectionDebugInitializer = { channel in check(channel, addresses) }
        return configuration
    }

    /// Runs when a connection is made, before it gets a request: a name may have led anywhere.
    private static func check(_ channel: any Channel, _ addresses: AddressPolicy) -> EventLoopFuture<Void> {
        // Without an address the connection has broken again.
        let failure: any Error
        if let address = channel.remoteAddress {
            if addresses.permits(address) { return channel.eventLoop.makeSucceededVoidFuture() }
            failure = ForbiddenAddress()
        } else {
            failure = ChannelError.ioOnClosedChannel
        }
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(failure)
    }
}
