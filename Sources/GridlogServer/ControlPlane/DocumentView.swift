/// For whom settings are written as a document.
enum DocumentView {
    /// For an answer: without what is secret (contract, decision 31).
    case shown
    /// For a PATCH that is merged into it: with everything, under the names that the patch uses where there are two. Nil for a part that
    /// the patch does not touch.
    case whole(patch: JSONValue?)

    /// The view of a member's value.
    subscript(name: String) -> DocumentView {
        switch self {
        case .shown: .shown
        case .whole(let patch): .whole(patch: patch?[name])
        }
    }

    /// Whether secrets are written.
    var showsSecrets: Bool {
        switch self {
        case .shown: false
        case .whole: true
        }
    }

    /// Whether a member is to be written under its other name, because the patch uses that one.
    func prefers(_ other: String, to name: String) -> Bool {
        guard case .whole(let patch?) = self, let value = patch[other] else { return false }
        return value != .null || patch[name] == nil
    }

    /// Whether the patch makes something of another kind of it, so that nothing of what it was may be left.
    func replaces(_ kind: String, _ value: String) -> Bool {
        guard case .whole(let patch?) = self, case .string(let other)? = patch[kind] else { return false }
        return other != value
    }
}
