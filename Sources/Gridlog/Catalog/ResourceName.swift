/// The rule for names of topics and event subscriptions (contract section 2.2).
package enum ResourceName {
    private static let reservedPrefixes = ["microsoft", "eventgrid", "system"]

    static func validate(_ name: String, of kind: String) throws(GridlogError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (3...50).contains(name.utf8.count) else {
            throw GridlogError(
                .invalidArgument,
                "The \(kind) name '\(name)' must have 3 to 50 characters, only letters, digits and '-'.")
        }
    }

    /// Throws unless a topic may bear the name.
    package static func validateTopic(_ name: String) throws(GridlogError) {
        try validate(name, of: "topic")
        let lowercased = name.lowercased()
        for prefix in reservedPrefixes where lowercased.hasPrefix(prefix) {
            throw GridlogError(.invalidArgument, "The topic name '\(name)' must not begin with '\(prefix)'.")
        }
    }
}
