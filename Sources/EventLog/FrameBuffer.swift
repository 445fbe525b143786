public import Storage

/// A frame that is being filled: room for the header, then the payload.
///
/// The bytes that are appended here are the bytes that are written to the file; there is no other copy.
public struct FrameBuffer: Sendable {
    @usableFromInline
    let block: ByteBlock

    /// An empty frame with room for a payload of `capacity` bytes; it grows when more is appended.
    public init(capacity: Int) {
        block = ByteBlock(capacity: FrameHeader.length + capacity + 8)
        block.appendZeros(FrameHeader.length)
    }

    /// The payload so far.
    public var payload: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(block.bytes.extracting(droppingFirst: FrameHeader.length), borrowing: self)
        }
    }

    /// The length of the payload so far, in bytes.
    public var count: Int { block.count - FrameHeader.length }

    /// Appends bytes to the payload.
    public func append(_ bytes: RawSpan) {
        block.append(bytes)
    }

    /// Lets a writer that knows only blocks append to the payload.
    public func withBlock<Result, Failure: Error>(
        _ body: (ByteBlock) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(block)
    }

    /// Appends a number in little-endian order.
    @inlinable
    public func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        block.append(value)
    }

    /// Appends zero bytes until the payload's length is a multiple of 8.
    public func pad() {
        block.pad(to: 8)
    }

    /// Makes room for `more` bytes.
    public func reserve(_ more: Int) {
        block.reserve(more)
    }
}
