import DeliveryIndex
import Storage

extension Workload {
    /// Lock tokens, as text.
    static let tokens = [
        Workload("token: written", events: 1_000) { _ in
            let (coder, block) = (coder, ByteBlock(capacity: 1_000 * LockTokenCoder.length))
            return Run(
                before: { block.removeAll() },
                measured: { for number in 0..<1_000 { coder.append(token(number), to: block) } })
        },
        Workload("token: checked", events: 1_000) { _ in
            let coder = coder
            let texts = (0..<1_000).map { number in
                let block = ByteBlock(capacity: LockTokenCoder.length)
                coder.append(token(number), to: block)
                return block
            }
            return Run(measured: {
                var genuine = 0
                for text in texts where coder.decode(text.bytes) != nil { genuine += 1 }
                try WrongOutcome.unless(genuine == 1_000, "genuine tokens were refused")
            })
        },
    ]

    private static var coder: LockTokenCoder {
        LockTokenCoder(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
    }

    private static func token(_ number: Int) -> LockToken {
        LockToken(
            sequence: UInt64(number), subscription: 2, epoch: 3, incarnation: 4, lockedAt: 5, generation: 6)
    }
}
