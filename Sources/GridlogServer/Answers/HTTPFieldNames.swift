import HTTPTypes

extension HTTPField.Name {
    /// `x-ms-error-code`: `error.code` again, where clients look first.
    static let errorCode = known("x-ms-error-code")
    /// `x-ms-client-request-id`: sent by a client and echoed, so that both logs can be joined.
    static let clientRequestID = known("x-ms-client-request-id")
    /// `x-gridlog-durability`: the durability level of the topic that the answer is about.
    static let durability = known("x-gridlog-durability")
    /// `aeg-sas-key`: one of the two access keys.
    static let accessKey = known("aeg-sas-key")
    /// `aeg-sas-token`: a token signed with one of the two access keys.
    static let accessToken = known("aeg-sas-token")
    /// `x-forwarded-proto`: the scheme that the client used towards a proxy.
    static let forwardedScheme = known("x-forwarded-proto")

    /// A name that is a literal of this file, and therefore a valid token.
    private static func known(_ name: String) -> HTTPField.Name {
        guard let known = HTTPField.Name(name) else { preconditionFailure("'\(name)' is no header name") }
        return known
    }
}
