// swift-tools-version: 6.2
import PackageDescription

/// For every target: the language as it will be.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// For what fills spans that belong to others.
let lifetimes: [SwiftSetting] = settings + [.enableExperimentalFeature("Lifetimes")]

/// For the engine: every use of a raw pointer is marked, and spans may be returned from the types that own the memory.
let engine: [SwiftSetting] = lifetimes + [.strictMemorySafety()]

let package = Package(
    name: "gridlog",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Gridlog", targets: ["Gridlog"]),
        .library(name: "CloudEvents", targets: ["CloudEvents"]),
        .library(name: "GridlogEngine", targets: ["EventLog", "DeliveryIndex", "Storage"]),
        .executable(name: "gridlog", targets: ["GridlogCLI"]),
        .executable(name: "gridlog-inspect", targets: ["GridlogInspect"]),
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Thin shims over system libraries, and over the system calls that Swift cannot name.
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
        .target(name: "CPlatform"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),

        // The engine: no Foundation, no NIO. The three above `Storage` do not know each other.
        .target(name: "Storage", dependencies: ["CISAL", "CPlatform"], swiftSettings: engine),
        .target(name: "CloudEvents", swiftSettings: engine),
        .target(
            name: "EventLog",
            dependencies: ["Storage", "CZstd", .product(name: "DequeModule", package: "swift-collections")],
            exclude: ["FORMAT.md"],
            swiftSettings: engine),
        .target(
            name: "DeliveryIndex",
            dependencies: ["Storage", .product(name: "DequeModule", package: "swift-collections")],
            exclude: ["FORMAT.md"],
            swiftSettings: engine),

        // The broker that programs embed, the server around it, and the command.
        .target(
            name: "Gridlog",
            dependencies: [
                "CloudEvents", "EventLog", "DeliveryIndex", "Storage",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            exclude: ["FORMAT.md"],
            swiftSettings: engine),
        .target(
            name: "GridlogServer",
            dependencies: [
                "Gridlog", "CloudEvents",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: lifetimes),
        // What both commands print: no more than tables, and how wide a terminal is.
        .target(name: "CommandOutput", swiftSettings: settings),
        .executableTarget(
            name: "GridlogCLI",
            dependencies: [
                "GridlogServer", "Gridlog", "CloudEvents", "CommandOutput",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        // The offline tool, which reads the files with no server.
        .executableTarget(
            name: "GridlogInspect",
            dependencies: [
                "Gridlog", "CloudEvents", "EventLog", "DeliveryIndex", "Storage", "CommandOutput",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "Tools/gridlog-inspect",
            swiftSettings: lifetimes),

        // What tests share: the simulated disk, a clock to turn by hand, the tags R1 to R45.
        .target(
            name: "TestSupport",
            dependencies: ["Storage"],
            path: "Tests/TestSupport",
            swiftSettings: settings),

        // The whole broker on a simulated disk, against a model: a library, for the tests and for Tools/soak.
        .target(
            name: "Simulation",
            dependencies: ["Gridlog", "CloudEvents", "Storage", "TestSupport"],
            path: "Tests/Simulation",
            swiftSettings: settings),
        .executableTarget(
            name: "gridlog-soak", dependencies: ["Simulation"], path: "Tests/Soak", swiftSettings: settings),

        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "CloudEventsTests", dependencies: ["CloudEvents", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "EventLogTests", dependencies: ["EventLog", "Storage", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "DeliveryIndexTests", dependencies: ["DeliveryIndex", "Storage", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "GridlogTests",
            dependencies: ["Gridlog", "CloudEvents", "EventLog", "DeliveryIndex", "Storage", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "GridlogServerTests",
            dependencies: [
                "GridlogServer", "Gridlog",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "GridlogCLITests", dependencies: ["GridlogCLI", "CommandOutput", "TestSupport"],
            swiftSettings: settings),

        // The corpora of `Tools/fuzz`, replayed. `Driver` belongs to the program that the script builds.
        .testTarget(
            name: "FuzzTests",
            dependencies: ["CloudEvents", "EventLog", "DeliveryIndex", "Storage", "TestSupport"],
            path: "Tests/Fuzz",
            exclude: ["Corpus", "Driver", "RUNS.md"],
            swiftSettings: settings),
    ]
)
