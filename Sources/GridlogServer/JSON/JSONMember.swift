import CloudEvents

/// A member of a resource's document, together with its path: whatever is wrong with it is answered with a 400 that
/// names it, for example `properties.eventRetentionInDays`.
struct JSONMember {
    /// Empty for the whole document.
    let path: String
    /// Nil when the member was not sent. `null` counts as not sent: it takes the default (contract 11, decision 16).
    let value: JSONValue?

    init(document: JSONValue) {
        path = ""
        value = document
    }

    private init(path: String, value: JSONValue?) {
        self.path = path
        self.value = value == .null ? nil : value
    }

    /// The member of an object; one without a value when the object was not sent.
    subscript(name: String) -> JSONMember {
        JSONMember(path: path.isEmpty ? name : "\(path).\(name)", value: value?[name])
    }

    /// The answer that refuses this member.
    func refusal(_ reason: String) -> ErrorAnswer {
        guard !path.isEmpty else { return ErrorAnswer(.badRequest, "The body \(reason).") }
        var answer = ErrorAnswer(.badRequest, "'\(path)' \(reason).")
        answer.target = path
        return answer
    }

    /// Checks that this is an object, if it was sent, and has no member but these: a misspelt one must not be ignored.
    func checkMembers(_ names: String...) throws(ErrorAnswer) {
        guard let value else { return }
        guard case .object(let object) = value else { throw refusal("must be an object") }
        if let unknown = object.members.first(where: { !names.contains($0.name) }) {
            let known = names.map { "'\($0)'" }.joined(separator: ", ")
            throw self[unknown.name].refusal("is not known here; known are \(known)")
        }
    }

    /// A member, or the one of that name in a wrapper beside it that also holds an identity of Azure's, which is passed over.
    ///
    /// - Throws: 400 when both were sent.
    func member(_ name: String, orWithin wrapperName: String) throws(ErrorAnswer) -> JSONMember {
        let wrapper = self[wrapperName]
        guard wrapper.value != nil else { return self[name] }
        try self[name].checkUnset("cannot be set together with '\(wrapperName)'")
        try wrapper.checkMembers("identity", name)
        return wrapper[name]
    }

    /// Refuses a member that cannot stand here, if it was sent with a value.
    func checkUnset(_ reason: String) throws(ErrorAnswer) {
        if value != nil { throw refusal(reason) }
    }

    /// Refuses a member that this version does not have yet, if it was sent with a value.
    func checkAbsent(_ supported: String) throws(ErrorAnswer) {
        switch value {
        case nil, .array([]): return
        default: throw refusal("is not supported by this version; \(supported)")
        }
    }

    func integer() throws(ErrorAnswer) -> Int? {
        switch value {
        case nil: return nil
        case .integer(let integer): return integer
        default: throw refusal("must be a whole number")
        }
    }

    func string() throws(ErrorAnswer) -> String? {
        switch value {
        case nil: return nil
        case .string(let text): return text
        default: throw refusal("must be a string")
        }
    }

    /// A time of RFC 3339, in nanoseconds since 1970.
    func time() throws(ErrorAnswer) -> UInt64? {
        guard let text = try string() else { return nil }
        guard let time = Timestamp.nanosecondsSince1970(text) else {
            throw refusal("must be a time such as 2027-01-31T09:00:00Z, not '\(text)'")
        }
        return time
    }

    func strings() throws(ErrorAnswer) -> [String]? {
        guard let value else { return nil }
        guard case .array(let elements) = value else { throw refusal("must be an array of strings") }
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw refusal("must be an array of strings") }
            strings.append(text)
        }
        return strings
    }

    func boolean() throws(ErrorAnswer) -> Bool? {
        switch value {
        case nil: return nil
        case .bool(let value): return value
        default: throw refusal("must be true or false")
        }
    }

    func number() throws(ErrorAnswer) -> JSONNumber? {
        switch value {
        case nil: return nil
        case .integer(let value): return .integer(Int64(value))
        case .number(let value) where value.isFinite: return .real(value)
        default: throw refusal("must be a number")
        }
    }

    /// The elements of an array, each with a path of its own; none when it was not sent.
    func elements(_ expected: String) throws(ErrorAnswer) -> [JSONMember] {
        guard let value else { return [] }
        guard case .array(let elements) = value else { throw refusal("must be \(expected)") }
        return elements.enumerated().map { JSONMember(path: "\(path)[\($0.offset)]", value: $0.element) }
    }

    /// The elements of an array, read; one that is `null` is refused.
    func all<Element>(
        _ expected: String, _ read: (JSONMember) throws(ErrorAnswer) -> Element?
    ) throws(ErrorAnswer) -> [Element] {
        var all: [Element] = []
        for element in try elements(expected) { all.append(try element.required(read(element), "a value")) }
        return all
    }

    /// - Parameter found: what was read of this member.
    func required<Found>(_ found: Found?, _ expected: String) throws(ErrorAnswer) -> Found {
        guard let found else { throw refusal("is missing; it must be \(expected)") }
        return found
    }

    /// One of a few words; they are compared as they are.
    func word(_ words: String...) throws(ErrorAnswer) -> String? {
        guard let text = try string() else { return nil }
        guard words.contains(text) else {
            let known = words.map { "'\($0)'" }.joined(separator: " or ")
            throw refusal("must be \(known), not '\(text)'")
        }
        return text
    }
}
