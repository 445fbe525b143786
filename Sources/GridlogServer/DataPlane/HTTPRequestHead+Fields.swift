import HTTPTypes
import NIOHTTP1

extension HTTPRequestHead {
    /// The first value of a field.
    func field(_ name: HTTPField.Name) -> String? {
        headers.first(name: name.rawName)
    }

    /// Path and query; of a target in absolute form without scheme and authority (RFC 9112 section 3.2.2).
    var target: Substring {
        if uri.utf8.first == UInt8(ascii: "/") { return Substring(uri) }
        let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":"))
        guard let colon, uri[colon...].hasPrefix("://") else { return Substring(uri) }
        return uri[uri.index(colon, offsetBy: 3)...].drop { $0 != "/" }
    }

    var expectsContinue: Bool {
        field(.expect).map { Substring($0).isWord("100-continue") } ?? false
    }
}
