// HTTP/1.1, as far as Gridlog's answers need it.

extension Connection {
    /// The body of the next answer, which must be 200. Valid until the next call.
    func httpBody() throws -> UnsafeRawBufferPointer {
        let status = try line()
        let isGood = status.starts(with: "HTTP/1.1 200")
        let found = isGood ? "" : status.text
        var length: Int?
        while true {
            let field = try line()
            if field.isEmpty { break }
            if String(decoding: field.prefix(15), as: UTF8.self).lowercased() == "content-length:" {
                length = try UnsafeRawBufferPointer(rebasing: field[15...].drop { $0 == 0x20 }).number()
            }
        }
        guard let length else { throw LoadError.unexpected("an answer without its length") }
        let body = try bytes(length)
        guard isGood else { throw LoadError.unexpected("\(found) \(body.text)") }
        return body
    }
}

/// The head and the body of a request.
func httpRequest(_ path: String, type: String = "application/json", body: [UInt8] = []) -> [UInt8] {
    let head =
        "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
    return Array(head.utf8) + body
}
