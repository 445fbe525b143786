/// The broker did what the model says it must not.
struct Contradiction: Error {
    let message: String
}

/// - Throws: the message, if something does not hold.
func insist(_ holds: Bool, _ message: @autoclosure () -> String) throws(Contradiction) {
    if !holds { throw Contradiction(message: message()) }
}
