import HTTPTypes

extension HTTPRequest {
    /// The address that the request was sent to, without its query: absolute, unless the request named no host. Behind a proxy the scheme
    /// is the one that the client used towards it.
    var address: String {
        let path = (self.path ?? "/").prefix { $0 != "?" }
        let scheme = headerFields[.forwardedScheme] == "https" ? "https" : "http"
        let origin = authority.map { "\(scheme)://\($0)" } ?? ""
        return path.hasPrefix("/") ? origin + path : String(path)
    }
}
