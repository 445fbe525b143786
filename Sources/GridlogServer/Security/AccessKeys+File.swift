extension AccessKeys {
    /// The name of the keys' file in a data directory.
    public static let fileName = "keys.json"

    /// Reads the keys of a data directory, or makes them at its first start: `keys.json`, readable by its owner only,
    /// `{"key1":"<base64, 32 bytes>","key2":"…"}` (contract 11, decision 20). New keys are on the disk when it returns.
    /// - Throws: ``StartFailure`` when the file cannot be read or written, others may read it, or it is broken.
    public static func load(fromDirectory directory: String) throws(StartFailure) -> AccessKeys {
        let file = PrivateFile(directory: directory, name: fileName)
        if let bytes = try file.contents() {
            return try AccessKeys(file: bytes, path: file.path)
        }
        let keys = AccessKeys.random()
        try file.create(with: keys.fileContents)
        return keys
    }

    private var fileContents: [UInt8] {
        var bytes = JSONValue.object(["key1": .string(key1), "key2": .string(key2)]).bytes
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private init(file bytes: [UInt8], path: String) throws(StartFailure) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw Self.broken(path, error.description)
        }
        self.init(key1: try Self.key("key1", of: document, path), key2: try Self.key("key2", of: document, path))
    }

    private static func key(_ name: String, of document: JSONValue, _ path: String) throws(StartFailure) -> String {
        guard case .string(let text)? = document[name], Base64.decode(text)?.count == bytesPerKey else {
            throw broken(path, "\"\(name)\" must be the base64 text of \(bytesPerKey) bytes")
        }
        return text
    }

    private static func broken(_ path: String, _ detail: String) -> StartFailure {
        StartFailure("\(path) is damaged: \(detail); restore it, or delete it to get new keys at the next start")
    }
}
