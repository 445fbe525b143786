import AsyncHTTPClient
import NIOCore

/// Speaks HTTP to endpoints: HTTP/1.1, with the certificates verified, no redirects followed, and no byte of a request
/// sent to an address that is forbidden.
final class WebhookClient: Sendable {
    /// Connections to one host that answers. What waits for one starts in the moment another request ends: up to 1.6 times as
    /// fast as over twice as many connections.
    private static let connectionsMax = 64
    /// Connections to one host for trials, of which an event subscription has one: those whose endpoints hang must not keep
    /// others that have the same host waiting.
    private static let trialConnectionsMax = 1 << 16
    /// How long a whole exchange may take (contract, decision 30).
    static let exchangeLimit = TimeAmount.seconds(30)

    /// Fails the requests that a connection was made for.
    struct ForbiddenAddress: Error {}

    /// Where requests may go.
    let addresses: AddressPolicy
    private let client: HTTPClient
    private let trials: HTTPClient
    private let limit: TimeAmount

    /// - Parameters:
    ///   - loops: where connections live; must outlive ``shutdown()``.
    ///   - limit: how long a whole exchange may take.
    init(loops: any EventLoopGroup, addresses: AddressPolicy, limit: TimeAmount = exchangeLimit) {
        self.addresses = addresses
        self.limit = limit
        client = HTTPClient(
            eventLoopGroup: loops, configuration: Self.configuration(addresses, connections: Self.connectionsMax))
        trials = HTTPClient(
            eventLoopGroup: loops, configuration: Self.configuration(addresses, connections: Self.trialConnectionsMax))
    }

    /// One of the loops; the current one, if it is of them.
    var loop: any EventLoop { client.eventLoopGroup.any() }

    /// Sends a request. The future fails when the whole answer does not come within the limit.
    ///
    /// - Parameter isTrial: nobody knows whether the endpoint answers; the request waits for no other's connection.
    func execute<Delegate: HTTPClientResponseDelegate>(
        _ request: HTTPClient.Request, isTrial: Bool, _ delegate: Delegate
    ) -> EventLoopFuture<Delegate.Response> {
        (isTrial ? trials : client).execute(request: request, delegate: delegate, deadline: .now() + limit).futureResult
    }

    /// Breaks off what is under way. Must be called before the client is forgotten, not on an event loop; nothing happens
    /// when it is called again. Blocking.
    func shutdown() {
        try? client.syncShutdown()
        try? trials.syncShutdown()
    }

    private static func configuration(_ addresses: AddressPolicy, connections: Int) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: connections)
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
