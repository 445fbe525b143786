/// What the broker says of an event that the index has not looked at yet.
public enum MatchResult: Sendable {
    /// Hand it out.
    case deliver
    /// The subscription's filter refuses it: settle it.
    case filtered
    /// Its time to live is over: settle it.
    case expired
    /// It cannot be read now: go no further.
    case stop
}
