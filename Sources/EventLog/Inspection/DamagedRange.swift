/// Bytes of a segment that are not as they were written.
package struct DamagedRange: Sendable {
    /// What is wrong, where, and which sequences are concerned if that is known.
    package let error: LogError
    /// Where it begins in the segment.
    package let offset: Int
    /// How long it is, in bytes.
    package let length: Int
    /// Its frame, when only the payload is damaged.
    package let frame: LogFrame?
    /// Nothing is lost: what had been written is known, and comes next.
    package let isMended: Bool

    init(error: LogError, offset: Int, length: Int, frame: LogFrame? = nil, isMended: Bool = false) {
        self.error = error
        self.offset = offset
        self.length = length
        self.frame = frame
        self.isMended = isMended
    }

    /// A whole frame whose payload makes no sense.
    package init(_ error: LogError, of frame: LogFrame) {
        self.init(error: error, offset: frame.offsetInSegment, length: frame.frameLength)
    }
}
