// swift-tools-version: 6.2
import PackageDescription

/// Measurements, apart from the package so that building it does not build them: `swift run -c release --package-path Benchmarks NAME`.
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "gridlog-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "gridlog", path: "..")],
    targets: [
        .executableTarget(
            name: "CloudEventsBenchmark", dependencies: [.product(name: "CloudEvents", package: "gridlog")],
            swiftSettings: settings),
        .executableTarget(
            name: "EventLogBenchmark", dependencies: [.product(name: "GridlogEngine", package: "gridlog")],
            swiftSettings: settings),
        .executableTarget(
            name: "DeliveryIndexBenchmark", dependencies: [.product(name: "GridlogEngine", package: "gridlog")],
            swiftSettings: settings),
    ]
)
