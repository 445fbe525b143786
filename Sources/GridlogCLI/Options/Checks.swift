import ArgumentParser

/// Checks that several verbs share; each failure is a usage error, found before anything is sent.
enum Checks {
    /// A value within the bounds that the server accepts.
    static func range(_ option: String, _ value: Int?, _ bounds: ClosedRange<Int>) throws {
        if let value, !bounds.contains(value) {
            throw ValidationError("\(option) must be between \(bounds.lowerBound) and \(bounds.upperBound).")
        }
    }

    /// A name that can stand in a path. Which names exist, and which may be created, the server knows.
    static func name(_ kind: String, _ name: String) throws {
        if name.isEmpty || name == "." || name == ".." {
            throw ValidationError("'\(name)' is no name of \(kind).")
        }
    }
}
