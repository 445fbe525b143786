import HTTPTypes

/// One page of a list: `{"value":[…],"nextLink":"…"}`, in the order of names. The link carries the last name shown, so
/// that what is created or deleted meanwhile neither repeats nor hides another resource.
struct Page {
    /// Resources on the page.
    let size: Int
    /// The page starts after this name.
    let after: String?

    static let sizeDefault = 20
    static let sizes = 1...100

    /// - Throws: 400 for a `$top` out of range, and for a `$filter`.
    init(_ query: QueryParameters) throws(ErrorAnswer) {
        if query["$filter"] != nil {
            throw ErrorAnswer(.badRequest, "'$filter' is not supported by this version; ask for the whole list.")
        }
        after = query["$skiptoken"]
        size = try query.number("$top", in: Self.sizes) ?? Self.sizeDefault
    }

    /// The page of these resources.
    /// - Parameter all: sorted by name.
    func document<Resource>(
        of all: [Resource], _ request: HTTPRequest, name: (Resource) -> String, resource: (Resource) -> JSONValue
    ) -> JSONValue {
        let rest = all.drop { element in after.map { name(element) <= $0 } ?? false }
        let shown = rest.prefix(size)
        var document: JSONObject = ["value": .array(shown.map(resource))]
        if rest.count > shown.count, let last = shown.last {
            document["nextLink"] = .string(nextLink(request, after: name(last)))
        }
        return .object(document)
    }

    /// The request's own address with another start.
    private func nextLink(_ request: HTTPRequest, after last: String) -> String {
        Self.link(request, ["$top=\(size)", "$skiptoken=\(last)"])
    }

    /// The request's own address with other parameters. Absolute, as clients expect, unless the request named no host.
    static func link(_ request: HTTPRequest, _ parameters: [String]) -> String {
        var link = "\(request.address)?\(parameters.joined(separator: "&"))"
        if let version = QueryParameters(path: Substring(request.path ?? ""))["api-version"],
            version.utf8.allSatisfy(\.isUnreserved)
        {
            link += "&api-version=\(version)"
        }
        return link
    }
}

extension UInt8 {
    /// RFC 3986, section 2.3.
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
