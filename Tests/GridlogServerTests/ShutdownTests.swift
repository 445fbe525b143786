import Gridlog
import Logging
import NIOCore
import NIOPosix
import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct ShutdownTests {
    @Test func gracefulShutdownClosesTheBrokerAndThePort() async throws {
        let port = try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            return server.port
        }
        await #expect(throws: (any Error).self) {
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
        }
    }

    @Test func requestUnderWayIsAnsweredAndIdleConnectionsAreClosed() async throws {
        try await TestServer.run { server in
            let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await connection.executeThenClose { inbound, outbound in
                var received = inbound.makeAsyncIterator()
                let head = "PUT /topics/orders HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head))
                // The second request is behind the first one on the server's loop, so the head has been read.
                #expect(try await server.send(.GET, "/health/live").status == 200)
                await server.shutDown()
                try await Task.sleep(for: .milliseconds(50))
                try await outbound.write(ByteBuffer(string: "{}"))
                var answer = ""
                while let bytes = try await received.next() { answer += String(buffer: bytes) }
                #expect(answer.hasPrefix("HTTP/1.1 201 Created"))
            }
        }
    }

    @Test func portInUseIsOneClearLineAndGivesTheDirectoryBack() async throws {
        try await TestServer.run { first in
            try await TemporaryDirectory.with { directory in
                let broker = try Broker.open(directory)
                let second = try BrokerServer(
                    broker: broker, keys: .random(), configuration: ServerConfiguration(port: first.port),
                    logger: .silent)
                let error = await #expect(throws: StartFailure.self) { try await second.run() }
                #expect(
                    error?.description.contains("cannot listen on 127.0.0.1, port \(first.port): the port is in use")
                        == true)
                try Broker.open(directory).close()
            }
        }
    }
}
