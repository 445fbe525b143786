extension JSONValue {
    /// This value with the patch merged into it: members of objects one by one, `null` removes one, everything else is
    /// replaced whole (RFC 7396, section 2).
    func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = JSONObject()
        if case .object(let object) = self { result = object }
        for change in changes.members {
            result[change.name] = change.value == .null ? nil : (result[change.name] ?? .null).merging(change.value)
        }
        return .object(result)
    }
}
