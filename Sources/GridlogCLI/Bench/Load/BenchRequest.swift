import NIOCore

/// A request that is ready to be sent.
struct BenchRequest {
    let operation: BenchOperation
    let bytes: ByteBuffer
}
