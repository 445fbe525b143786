extension JSONValue {
    /// The same without a member that lies within objects; as it is when there is none.
    func removing(_ path: String...) -> JSONValue {
        removing(path[...])
    }

    private func removing(_ path: ArraySlice<String>) -> JSONValue {
        guard case .object(var object) = self, let name = path.first, let value = object[name] else { return self }
        object[name] = path.count == 1 ? nil : value.removing(path.dropFirst())
        return .object(object)
    }
}
