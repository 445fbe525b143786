import HTTPTypes

extension ErrorAnswer {
    /// The answer to a method that the resource does not know.
    static func wrongMethod(allowed: [HTTPRequest.Method]) -> ErrorAnswer {
        let methods = allowed.map(\.rawValue).joined(separator: ", ")
        var answer = ErrorAnswer(.methodNotAllowed, "This resource does not know the method; it knows \(methods).")
        answer.allowedMethods = methods
        return answer
    }
}
