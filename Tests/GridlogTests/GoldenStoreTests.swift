import Foundation
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// A store that an earlier version wrote, as it lay on the disk: this version must open it and find in it what was there.
///
/// `GRIDLOG_WRITE_GOLDEN=DIR swift test --filter GoldenStoreTests` writes the files of another one; pack them with
/// `tar -czf Tests/Golden/format-1.tar.gz -C DIR .` when a format has a new version, beside those of the old ones.
struct GoldenStoreTests {
    private static let archive = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Golden/format-1.tar.gz").standardized
    private static let contentsName = "contents.txt"

    /// What a drain of everything finds: a line for each event.
    private func contents(of test: TestBroker) throws -> String {
        var lines: [String] = []
        for topic in test.broker.topics {
            try topic.putSubscription("replay", startAt: .earliest)
            for subscription in topic.subscriptions {
                // A look that ends at a gap or a bound finds nothing, though there is more.
                for _ in 0..<100 {
                    let handed = try subscription.take()
                    lines += handed.map {
                        "\(topic.name) \(subscription.name) \($0.id) \($0.count) \($0.json.utf8.count)"
                    }
                    try test.settle(.acknowledge, handed.map(\.token), on: subscription)
                }
            }
        }
        #expect(test.broker.health == BrokerHealth(problems: [], warnings: []))
        return lines.sorted().joined(separator: "\n") + "\n"
    }

    private func reopened(_ files: [String: [UInt8]], sameBoot: Bool) throws -> TestBroker {
        let disk = SimulatedDisk()
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            var directory = ""
            for part in path.split(separator: "/").dropLast() {
                directory += "/\(part)"
                try disk.createDirectory(directory)
                try disk.syncDirectory(directory)
            }
            try disk.replace(path, with: bytes)
        }
        let clock = ManualClock(wall: 1_750_003_600_000_000_000)
        clock.advance(by: .seconds(3_600))
        if !sameBoot { clock.reboot() }
        return try TestBroker(disk: disk, clock: clock, segmentBytes: 32_768...32_768)
    }

    @Test(.tags(.r06, .r16), arguments: [false, true])
    func storeOfFormat1HoldsWhatItHeld(sameBoot: Bool) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "golden-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let tar = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: ["tar", "-xzf", Self.archive.path(percentEncoded: false), "-C", directory.path()])
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        var files: [String: [UInt8]] = [:]
        let root = directory.standardized.resolvingSymlinksInPath().pathComponents.count
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey]))
        where try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
            let name = file.standardized.resolvingSymlinksInPath().pathComponents.dropFirst(root)
            files["/data/" + name.joined(separator: "/")] = Array(try Data(contentsOf: file))
        }
        let contents = files.removeValue(forKey: "/data/\(Self.contentsName)")
        let expected = String(decoding: try #require(contents), as: UTF8.self)
        #expect(files.keys.contains { $0.hasSuffix(".packed") } && files.keys.contains { $0.hasSuffix(".slots") })
        #expect(try self.contents(of: try reopened(files, sameBoot: sameBoot)) == expected)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["GRIDLOG_WRITE_GOLDEN"] != nil))
    func writeAnotherGoldenStore() throws {
        let directory = URL(filePath: try #require(ProcessInfo.processInfo.environment["GRIDLOG_WRITE_GOLDEN"]))
        let test = try history()
        var files: [String: [UInt8]] = [:]
        try collect("/data", test.disk, &files)
        for (path, bytes) in files {
            let file = directory.appending(path: String(path.dropFirst("/data/".count)))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        let contents = try contents(of: try reopened(files, sameBoot: true))
        #expect(try self.contents(of: try reopened(files, sameBoot: false)) == contents)
        try Data(contents.utf8).write(to: directory.appending(path: Self.contentsName))
    }

    private func collect(_ directory: String, _ disk: SimulatedDisk, _ files: inout [String: [UInt8]]) throws {
        for name in try disk.names(in: directory) {
            let path = "\(directory)/\(name)"
            if let bytes = try? disk.liveBytes(path) {
                files[path] = bytes
            } else {
                try collect(path, disk, &files)
            }
        }
    }

    /// Something of everything: sealed, packed and given-up segments, filters, settlements of each kind, locks that run, a topic
    /// without event subscriptions. The process is killed at the end.
    private func history() throws -> TestBroker {
        let test = try TestBroker(segmentBytes: 32_768...32_768)
        let orders = try test.broker.putTopic("orders").topic
        let everything = try orders.putSubscription("everything").subscription
        let some = try orders.putSubscription("some", SubscriptionSettings(includedEventTypes: ["u"])).subscription
        try test.publish(3, to: test.broker.putTopic("quiet").topic)
        for number in 0..<200 {
            test.clock.advance(by: .seconds(7))
            try test.publish(
                TestBroker.event("e-\(number)", type: number % 25 == 0 ? "u" : "t", data: 1_000), to: orders)
        }
        for _ in 0..<3 {
            let handed = try everything.take(50)
            try test.settle(.acknowledge, handed.dropFirst(3).map(\.token), on: everything)
            try test.settle(.release(.none), handed.prefix(1).map(\.token), on: everything)
            try test.settle(.reject, handed.prefix(2).suffix(1).map(\.token), on: everything)
        }
        try test.settle(.acknowledge, try some.take(7).map(\.token), on: some)
        test.clock.advance(by: .seconds(61))
        for _ in 0..<10 { test.keepHouse() }
        _ = try everything.take(5)
        // The record of these deliveries rides along with the next group, or is written after a while.
        test.clock.advance(by: .milliseconds(100))
        test.commit()
        return test
    }
}
