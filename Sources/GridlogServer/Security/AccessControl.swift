/// Who may use the server: whoever sends one of the two access keys, in any of the forms of contract 1.6.
///
/// | form | where |
/// |---|---|
/// | `Authorization: SharedAccessKey <key>` | header; the scheme in whatever case |
/// | `aeg-sas-key: <key>` | header |
/// | `aeg-sas-key=<key>` | query, percent-encoded |
struct AccessControl: Sendable {
    private let keys: AccessKeys
    /// When false every request is let through, with whatever key (contract 11, decision 14).
    let required: Bool

    init(keys: AccessKeys, required: Bool) {
        self.keys = keys
        self.required = required
    }

    /// Nil when the request may go on, else the answer to it. Called once a request, on the event loop; a right key in
    /// a header costs no allocation.
    /// - Parameters:
    ///   - fields: all of them, the names in whatever case.
    ///   - path: the request target with its query.
    func authorize(_ fields: some Sequence<(name: String, value: String)>, path: Substring) -> ErrorAnswer? {
        guard required else { return nil }
        var carriesToken = false
        var carriesKey = false
        for field in fields {
            let name = Substring(field.name)
            if name.isWord("authorization") {
                guard let key = Self.sharedAccessKey(field.value) else {
                    carriesToken = true
                    continue
                }
                carriesKey = true
                if keys.contain(key) { return nil }
            } else if name.isWord("aeg-sas-key") {
                carriesKey = true
                if keys.contain(Substring(field.value)) { return nil }
            } else if name.isWord("aeg-sas-token") {
                carriesToken = true
            }
        }
        if let key = QueryParameters(path: path)["aeg-sas-key"] {
            carriesKey = true
            if keys.contain(Substring(key)) { return nil }
        }
        return Self.refusal(carriesKey: carriesKey, carriesToken: carriesToken)
    }

    /// The credentials of the scheme `SharedAccessKey`; nil for every other scheme.
    private static func sharedAccessKey(_ authorization: String) -> Substring? {
        guard let space = authorization.utf8.firstIndex(of: UInt8(ascii: " ")),
            authorization[..<space].isWord("sharedaccesskey")
        else { return nil }
        return Substring(authorization.utf8[space...].drop { $0 == UInt8(ascii: " ") })
    }

    private static func refusal(carriesKey: Bool, carriesToken: Bool) -> ErrorAnswer {
        let accepted =
            "send key1 or key2 of the server as 'Authorization: SharedAccessKey <key>', as the header 'aeg-sas-key' "
            + "or as the query parameter 'aeg-sas-key'."
        let reason =
            if carriesKey {
                "The access key is not one of this server's: "
            } else if carriesToken {
                "Only access keys are accepted, no shared access signatures and no bearer tokens: "
            } else {
                "The request carries no access key: "
            }
        return ErrorAnswer(.unauthorized, reason + accepted)
    }
}
