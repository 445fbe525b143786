import Foundation
import Testing

@testable import GridlogServer

@Suite struct AccessKeysTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func firstStartMakesTwoKeysThatOnlyTheOwnerReads() async throws {
        try await TemporaryDirectory.with { directory in
            let keys = try AccessKeys.load(fromDirectory: directory)
            let path = "\(directory)/keys.json"
            #expect(try mode(path) == 0o600)
            let document = try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: path))))
            #expect(document == .object(["key1": .string(keys.key1), "key2": .string(keys.key2)]))
            #expect(Base64.decode(keys.key1)?.count == 32)
            #expect(Base64.decode(keys.key2)?.count == 32)
            #expect(keys.key1 != keys.key2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["keys.json"])
        }
    }

    @Test func laterStartsReadTheSameKeys() async throws {
        try await TemporaryDirectory.with { directory in
            let first = try AccessKeys.load(fromDirectory: directory)
            #expect(try AccessKeys.load(fromDirectory: directory) == first)
        }
    }

    @Test func leftOverOfACrashIsReplaced() async throws {
        try await TemporaryDirectory.with { directory in
            _ = FileManager.default.createFile(atPath: "\(directory)/keys.json.new", contents: Data("{".utf8))
            _ = try AccessKeys.load(fromDirectory: directory)
            #expect(try mode("\(directory)/keys.json") == 0o600)
        }
    }

    @Test func fileThatOthersCanReadIsRefusedWithTheRemedy() async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/keys.json"
            let keys = try AccessKeys.load(fromDirectory: directory)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let error = #expect(throws: StartFailure.self) { try AccessKeys.load(fromDirectory: directory) }
            #expect(error?.description.contains("chmod 600 '\(path)'") == true)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(try AccessKeys.load(fromDirectory: directory) == keys)
        }
    }

    @Test(arguments: [
        "", "{", "[]", #"{"key1":"AAAA","key2":"AAAA"}"#, #"{"key1":1,"key2":2}"#,
        String(repeating: " ", count: 70_000),
    ])
    func brokenFileIsRefusedAndKept(_ contents: String) async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/keys.json"
            _ = FileManager.default.createFile(
                atPath: path, contents: Data(contents.utf8), attributes: [.posixPermissions: 0o600])
            let error = #expect(throws: StartFailure.self) { try AccessKeys.load(fromDirectory: directory) }
            #expect(error?.description.contains(path) == true)
            let kept = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(kept == Data(contents.utf8))
        }
    }

    @Test func onlyWholeKeysAreContained() {
        let keys = AccessKeys.random()
        #expect(keys.contain(Substring(keys.key1)))
        #expect(keys.contain(Substring(keys.key2)))
        #expect(!keys.contain(""))
        #expect(!keys.contain(Substring(keys.key1.dropLast())))
        #expect(!keys.contain(Substring(keys.key1 + "=")))
        #expect(!keys.contain(Substring(AccessKeys.random().key1)))
    }
}
