import Storage

/// Consecutive slots of one kind in a checkpoint (FORMAT.md section 6).
struct CheckpointRun: Equatable {
    enum Kind: UInt8 {
        case untouched = 0
        case available = 1
        case delayed = 2
        case settled = 3
    }

    var kind: Kind
    var reason: SettleReason = .acknowledged
    /// Of kind `available` only: it is not to be received, but waits for its dead-letter copy.
    var deadLetterReason: DeadLetterReason?
    var deliveryCount: UInt64 = 0
    /// Wall time in milliseconds at which a delay is over.
    var until: UInt64 = 0

    /// Appends the coded run of `length` slots, at least 1.
    func append(_ length: UInt64, to block: ByteBlock) {
        let short = min(length - 1, 15)
        block.append(kind.rawValue | (deadLetterReason?.rawValue ?? reason.rawValue) << 2 | UInt8(short) << 4)
        if short == 15 { block.appendVariable(length - 16) }
        if kind == .available || kind == .delayed { block.appendVariable(deliveryCount) }
        if kind == .delayed { block.appendVariable(until) }
    }
}

extension ByteBlock {
    /// Appends a number as LEB128: 7 bits a byte, the lowest first.
    func appendVariable(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
