extension JSONValue {
    /// Reads one JSON text. O(length).
    init(parsing bytes: [UInt8]) throws(JSONParseError) {
        var parser = JSONParser(bytes)
        self = try parser.parseDocument()
    }
}
