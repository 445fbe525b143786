import HTTPTypes

/// The rule for names of delivery attributes: a header's name that the request does not have already (contract 3.5).
enum DeliveryAttributeName {
    private static let reservedPrefixes = ["aeg-", "webhook-"]
    /// What the protocol sets, or frames a request with.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent",
    ]

    static func read(_ member: JSONMember) throws(ErrorAnswer) -> String {
        let name = try member.required(member.string(), "the name of a header")
        guard HTTPField.Name(name) != nil else {
            throw member.refusal("must be the name of a header: letters, digits and '-', not '\(name)'")
        }
        let lowercased = name.lowercased()
        if let prefix = reservedPrefixes.first(where: lowercased.hasPrefix) {
            throw member.refusal("is '\(name)'; it must not begin with '\(prefix)'")
        }
        guard !reserved.contains(lowercased) else {
            throw member.refusal("is '\(name)', a header that is set already; choose another name")
        }
        return name
    }
}
