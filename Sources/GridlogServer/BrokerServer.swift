public import Gridlog
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import UnixSignals

/// A broker behind HTTP.
///
/// ``run()`` serves until a graceful shutdown: it stops accepting, answers what is under way, and closes the broker,
/// which syncs it. The broker is closed as well when the server cannot start, and belongs to the server from
/// ``init(broker:keys:configuration:logger:onListening:)`` on.
public struct BrokerServer: Service {
    private let broker: Broker
    private let keys: AccessKeys
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onListening: @Sendable (_ host: String, _ port: Int) -> Void
    /// Instead of the one that speaks HTTP.
    var handshake: (any EndpointHandshake)?

    /// Requests under way at a shutdown have this long to end; then their connections are closed. Container runtimes
    /// kill after 10 seconds, and syncing comes after this.
    public static let shutdownSecondsMax = 5

    /// Connections that wait to be accepted.
    private static let backlog = 4_096
    private static let headerBytesMax = 32 * 1_024
    private static let headerFieldsMax = 100

    /// - Parameters:
    ///   - onListening: called once, when connections are accepted, with the host of the configuration and the port
    ///     that the server got.
    /// - Throws: ``StartFailure`` for a configuration that must not be served.
    public init(
        broker: Broker, keys: AccessKeys, configuration: ServerConfiguration, logger: Logger,
        onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
    ) throws(StartFailure) {
        try configuration.check()
        self.broker = broker
        self.keys = keys
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task's service group shuts down or the task is cancelled.
    /// - Throws: ``StartFailure`` when the server cannot listen.
    public func run() async throws {
        let changes = NIOThreadPool(numberOfThreads: 1)
        changes.start()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let webhooks = WebhookTargets(
            loops: loops, addresses: configuration.webhookAddresses, now: { [broker] in broker.wallTime })
        let served: Result<Void, any Error>
        do {
            try broker.startPushing(webhooks)
            try await application(loops, changes, handshake ?? webhooks.handshake).run()
            served = .success(())
        } catch let error as IOError {
            served = .failure(StartFailure(listeningOn: configuration.host, port: configuration.port, error))
        } catch {
            served = .failure(error)
        }
        // The last thing on the thread for changes, so that none is cut off.
        try? await changes.runIfActive(eventLoop: loops.any()) { [broker] in
            broker.close()
            webhooks.shutdown()
        }.get()
        try? await changes.shutdownGracefully()
        try? await loops.shutdownGracefully()
        try served.get()
    }

    /// Serves until the process gets SIGTERM or SIGINT.
    public func runUntilSignalled() async throws {
        var group = ServiceGroupConfiguration(
            services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownSecondsMax)
        try await ServiceGroup(configuration: group).run()
    }

    private func application(
        _ loops: any EventLoopGroup, _ changes: NIOThreadPool, _ handshake: any EndpointHandshake
    ) -> some ApplicationProtocol {
        let access = AccessControl(keys: keys, required: configuration.requiresKeys)
        let dataPlane = DataPlane(broker: broker, access: access, logger: logger)
        broker.observeCommits(dataPlane)
        // Its own handler closes idle connections: Hummingbird's does not see the requests of the data plane.
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [DataPlaneInstaller(dataPlane)],
            idleTimeout: nil,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Self.headerBytesMax, maxHeaderListSize: Self.headerBytesMax,
                maxHeaderFieldCount: Self.headerFieldsMax))
        return Application(
            router: router(access, changes, handshake),
            server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: Self.backlog),
            onServerRunning: { [onListening, configuration] channel in
                onListening(configuration.host, channel.localAddress?.port ?? configuration.port)
            },
            eventLoopGroupProvider: .shared(loops),
            logger: logger)
    }

    /// A middleware of the router concerns the routes that are added after it.
    private func router(
        _ access: AccessControl, _ changes: NIOThreadPool, _ handshake: any EndpointHandshake
    ) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ErrorAnswers())
        Health.addRoutes(to: router, broker: broker)
        router.add(middleware: EndpointConfirmation(broker: broker, changes: changes))
        router.add(middleware: RequireKey(access: access))
        router.add(
            middleware: ControlPlane(
                broker: broker, changes: changes, defaultDurability: configuration.defaultDurability,
                handshake: handshake))
        return router
    }
}
