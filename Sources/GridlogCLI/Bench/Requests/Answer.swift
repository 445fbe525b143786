import NIOCore

/// An answer to a request of the load generator.
struct Answer {
    let status: Int
    let body: ByteBuffer
}
