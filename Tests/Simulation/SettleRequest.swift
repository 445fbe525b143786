/// A settle request that is not answered yet.
struct SettleRequest {
    let place: Place
    let subscription: UInt32
    let tokens: [IssuedToken]
}
