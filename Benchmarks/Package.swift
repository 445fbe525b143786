// swift-tools-version: 6.2
import PackageDescription

/// Measurements, apart from the package so that building it does not build them: see README.md.
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "gridlog-benchmarks",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "peer-load", targets: ["PeerLoad"])],
    dependencies: [
        .package(name: "gridlog", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        // Without its interposers of malloc and of the Swift runtime, which would be measured along.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The parts of the engine, one file of workloads each, and two programs that run them: one for their times, and one for
        // `Benchmarks/check`, which counts.
        .target(
            name: "Workloads",
            dependencies: [
                .product(name: "CloudEvents", package: "gridlog"),
                .product(name: "Gridlog", package: "gridlog"),
                .product(name: "GridlogEngine", package: "gridlog"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "EngineBenchmarks",
            dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/EngineBenchmarks",
            swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(name: "WorkloadRunner", dependencies: ["Workloads"], swiftSettings: settings),

        // Durable appends beside the disk's own speed, and packing with its ratio: on the real disk, with threads.
        .executableTarget(
            name: "EventLogBenchmark", dependencies: [.product(name: "GridlogEngine", package: "gridlog")],
            swiftSettings: settings),
        .executableTarget(
            name: "PackingBenchmark", dependencies: [.product(name: "GridlogEngine", package: "gridlog")],
            swiftSettings: settings),

        // For `Benchmarks/peers/run` and `Benchmarks/scale/run`: the load, and a server that does nothing.
        .executableTarget(name: "PeerLoad", swiftSettings: settings),
        // For `Benchmarks/push/run`: the client alone.
        .executableTarget(
            name: "ClientCeiling",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "CeilingServer",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
