/// A lock token that the broker gave out, and for what.
struct IssuedToken: Equatable {
    let topic: UInt64
    let subscription: UInt32
    /// 0 for text that no broker gave out.
    let sequence: UInt64
    let text: String
    /// When its delivery began.
    let lockedAt: UInt64
}
