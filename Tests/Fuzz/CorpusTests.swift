import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Every input that a fuzzer found worth keeping goes through its decoder again (see `Tools/fuzz`).
@Suite struct CorpusTests {
    /// What a corpus may hold, as `Tools/fuzz` says it.
    private static let inputsMax = 400
    private static let inputBytesMax = 4_096
    private static let corpusBytesMax = 65_536

    private static var folder: String {
        let file = #filePath
        return String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]) + "/Corpus"
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return bytes
    }

    @Test(.tags(.r15), arguments: FuzzTarget.allCases)
    func everyInputOfTheCorpusBreaksNoPromise(target: FuzzTarget) throws {
        let directory = "\(Self.folder)/\(target.rawValue)"
        let names = Self.names(in: directory)
        #expect((1...Self.inputsMax).contains(names.count), "the corpus is there, and small")
        var total = 0
        for name in names {
            let bytes = try #require(Self.bytes("\(directory)/\(name)"))
            #expect(bytes.count <= Self.inputBytesMax, "\(name) is small")
            total += bytes.count
            target.run(bytes)
        }
        #expect(total <= Self.corpusBytesMax, "the corpus is small")
    }

    @Test(.tags(.r15), arguments: FuzzTarget.allCases)
    func everySeedAndWhatItBeginsWithBreaksNoPromise(target: FuzzTarget) {
        for seed in target.seeds {
            let step = max(1, seed.count / 12)
            for count in stride(from: 0, to: seed.count, by: step) { target.run(Array(seed.prefix(count))) }
            target.run(seed)
        }
    }
}
