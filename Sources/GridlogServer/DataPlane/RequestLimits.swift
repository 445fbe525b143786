/// What a request of the data plane may ask for; the client verbs keep to it too.
public enum RequestLimits {
    /// Bytes of a body, at most (contract 11, decision 6).
    public static let bodyBytesMax = 1 << 20
    /// Lock tokens in one request, at most (decision 9).
    public static let lockTokensMax = 1_000
    /// Seconds that a receive may wait for an event.
    public static let waitSeconds = 0...120
}
