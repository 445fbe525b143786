/// The query of a request, read where it lies: nothing is decoded but the value that is asked for.
struct QueryParameters {
    /// What follows the first `?`.
    let text: Substring

    /// - Parameter path: a request target, with or without a query.
    init(path: Substring) {
        text = path.utf8.firstIndex(of: UInt8(ascii: "?")).map { path[path.index(after: $0)...] } ?? ""
    }

    /// The value of that name as a whole number; nil when there is none.
    ///
    /// - Parameters:
    ///   - name: in lower case.
    /// - Throws: 400 for anything else than a number in the range.
    func number(_ name: StaticString, in range: ClosedRange<Int>) throws(ErrorAnswer) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw ErrorAnswer(
                .badRequest,
                "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'.")
        }
        return number
    }

    /// The value of that name as `true` or `false`; nil when there is none.
    ///
    /// - Parameters:
    ///   - name: in lower case.
    /// - Throws: 400 for another word.
    func boolean(_ name: StaticString) throws(ErrorAnswer) -> Bool? {
        guard let text = self[name] else { return nil }
        if text.isWord("true") { return true }
        if text.isWord("false") { return false }
        throw ErrorAnswer(.badRequest, "'\(name)' must be true or false, not '\(text)'.")
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
