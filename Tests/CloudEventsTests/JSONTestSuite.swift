import Foundation
import Testing

/// The files of the JSON parsing test suite that lies beside the checkout, in `shared/data`.
enum JSONTestSuite {
    struct File: Sendable, CustomTestStringConvertible {
        var name: String
        var content: [UInt8]
        var testDescription: String { name }
    }

    /// What the first letter of a file's name says.
    enum Verdict: Character {
        case accept = "y"
        case refuse = "n"
        case either = "i"
    }

    /// Found from this file upwards, so that any checkout with `shared` beside it works.
    static let folder: URL? = {
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while place.path != "/" {
            place.deleteLastPathComponent()
            let candidate = place.appendingPathComponent("shared/data/json-test-suite/test_parsing")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        return nil
    }()

    static func files(_ verdict: Verdict) throws -> [File] {
        let folder = try #require(
            folder, "The folder shared/data/json-test-suite/test_parsing is not beside the checkout; put it there.")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.first == verdict.rawValue && $0.hasSuffix(".json") }.map { name in
            File(name: name, content: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }
}
