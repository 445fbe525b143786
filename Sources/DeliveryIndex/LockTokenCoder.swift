public import Storage

/// Writes lock tokens as text and reads them back, refusing those that this store did not write. A value; usable on any thread.
public struct LockTokenCoder: Sendable {
    /// The length of every token in characters, all of `A-Z a-z 0-9 - _`.
    public static let length = 46

    private let key0: UInt64
    private let key1: UInt64

    /// A coder under the store's token key: 16 random bytes as two words, kept for as long as tokens are to be valid.
    public init(key: (UInt64, UInt64)) {
        key0 = key.0
        key1 = key.1
    }

    /// The token as numbers of 64, 64, 64 and 16 bits, in the order of its bytes.
    private struct Words {
        var sequence: UInt64
        var index: UInt64
        var topic: UInt64
        var generation: UInt64
    }

    @inline(__always)
    private func checksum(_ words: Words) -> UInt64 {
        var hash = SipHash(key0: key0, key1: key1)
        hash.absorb(words.sequence.byteSwapped)
        hash.absorb(words.index.byteSwapped)
        hash.absorb(words.topic.byteSwapped)
        return hash.finish(UInt64(UInt16(truncatingIfNeeded: words.generation).byteSwapped), length: 26)
    }

    /// Appends the token's ``length`` characters. O(1), allocates nothing beyond the block's own growth.
    public func append(_ token: LockToken, to block: ByteBlock) {
        let words = Words(
            sequence: token.sequence,
            index: UInt64(token.subscription) << 32 | UInt64(token.epoch),
            topic: UInt64(token.incarnation) << 32 | UInt64(token.lockedAt),
            generation: UInt64(token.generation))
        let sum = checksum(words)
        let text: InlineArray<6, UInt64> = [
            Base64URL.encode(words.sequence >> 16).bigEndian,
            Base64URL.encode(words.sequence << 32 | words.index >> 32).bigEndian,
            Base64URL.encode(words.index << 16 | words.topic >> 48).bigEndian,
            Base64URL.encode(words.topic).bigEndian,
            Base64URL.encode(words.generation << 32 | sum >> 32).bigEndian,
            Base64URL.encode(sum << 16).bigEndian,
        ]
        unsafe block.append(text.span.bytes.extracting(first: Self.length))
    }

    /// The token that the text says; `nil` if it cannot be read or was not written under this key. O(1).
    public func decode(_ text: RawSpan) -> LockToken? {
        guard text.byteCount == Self.length,
            let bits0 = Self.group(text, 0), let bits1 = Self.group(text, 8), let bits2 = Self.group(text, 16),
            let bits3 = Self.group(text, 24), let bits4 = Self.group(text, 32)
        else { return nil }
        let tail = UInt64(text.load(40, as: UInt32.self)) | UInt64(text.load(44, as: UInt16.self)) << 32
        // Two more characters 'A', which are zero bits.
        guard let bits5 = Base64URL.decode((tail | 0x4141 << 48).byteSwapped), bits5 & 0xFFFF == 0 else { return nil }
        let words = Words(
            sequence: bits0 << 16 | bits1 >> 32,
            index: bits1 << 32 | bits2 >> 16,
            topic: bits2 << 48 | bits3,
            generation: bits4 >> 32)
        guard checksum(words) == bits4 << 32 | bits5 >> 16 else { return nil }
        return LockToken(
            sequence: words.sequence,
            subscription: UInt32(truncatingIfNeeded: words.index >> 32),
            epoch: UInt32(truncatingIfNeeded: words.index),
            incarnation: UInt32(truncatingIfNeeded: words.topic >> 32),
            lockedAt: UInt32(truncatingIfNeeded: words.topic),
            generation: UInt16(truncatingIfNeeded: words.generation))
    }

    @inline(__always)
    private static func group(_ text: RawSpan, _ offset: Int) -> UInt64? {
        Base64URL.decode(text.load(offset, as: UInt64.self).byteSwapped)
    }
}

extension LockTokenCoder {
    /// The token as a string, for those who do not write bytes.
    public func text(of token: LockToken) -> String {
        let block = ByteBlock(capacity: Self.length)
        append(token, to: block)
        return String(decoding: block.bytes.array(), as: UTF8.self)
    }

    /// The token that a string says; `nil` if it cannot be read or was not written under this key.
    public func decode(_ text: String) -> LockToken? {
        unsafe decode(text.utf8.span.bytes)
    }
}
