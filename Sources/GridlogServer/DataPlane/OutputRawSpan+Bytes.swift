extension OutputRawSpan {
    /// Appends a copy of the bytes. The room for them must be there.
    @_lifetime(self: copy self)
    mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { copy($0) }
    }

    /// Appends the text.
    @_lifetime(self: copy self)
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { copy(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a number that is not negative, in decimal digits.
    @_lifetime(self: copy self)
    mutating func append(decimal number: Int) {
        var power = 1
        while number / power >= 10 { power *= 10 }
        while power > 0 {
            append(UInt8(ascii: "0") + UInt8(number / power % 10))
            power /= 10
        }
    }

    @_lifetime(self: copy self)
    private mutating func copy(_ source: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes { target, count in
            precondition(source.count <= target.count - count, "more bytes than there is room for")
            UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: source)
            count += source.count
        }
    }
}
