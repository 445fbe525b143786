/// The query of a request, read where it lies: nothing is decoded but the value that is asked for.
struct QueryParameters {
    /// What follows the first `?`.
    let text: Substring

    /// - Parameter path: a request target, with or without a query.
    init(path: Substring) {
        text = path.utf8.firstIndex(of: UInt8(ascii: "?")).map { path[path.index(after: $0)...] } ?? ""
    }

    /// The first value of that name, percent-decoded; empty for a name without `=`. Names are compared whatever their
    /// case, because documents and clients write both `api-version` and `api-Version` (contract 1.1). A value with a
    /// broken escape is returned as it was sent, and left to whoever checks it.
    /// - Parameter name: in lower case.
    subscript(name: StaticString) -> String? {
        for item in text.utf8.split(separator: UInt8(ascii: "&")) {
            let end = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            let itemName = Substring(item[..<end])
            guard itemName.isWord(name) || PercentCoding.decode(itemName)?.isWord(name) == true else { continue }
            let value = Substring(item[end...].dropFirst())
            return PercentCoding.decode(value) ?? String(value)
        }
        return nil
    }
}
