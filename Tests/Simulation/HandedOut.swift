/// An event that a receive handed out.
struct HandedOut {
    let token: IssuedToken
    let deliveryCount: Int
    let json: [UInt8]
}
