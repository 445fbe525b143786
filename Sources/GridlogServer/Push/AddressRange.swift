/// A range of Internet addresses: those that begin with the same bits (CIDR), such as 10.0.0.0/8, fd00::/8 or one
/// address.
public struct AddressRange: Sendable, Hashable {
    private let isV6: Bool
    /// The bits that all addresses of the range begin with, moved to the right.
    private let prefix: UInt128
    /// How many bits behind the prefix are free.
    private let freeBits: UInt128

    /// Reads `address/length` or one address; bits behind the length are ignored.
    /// - Throws: ``StartFailure`` when the text is neither.
    public init(_ text: String) throws(StartFailure) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else {
            throw StartFailure("'\(text)' is no address or range; write for example 10.1.2.3, 10.0.0.0/8 or fd00::/8")
        }
        let number: UInt128
        let width: UInt8
        switch address {
        case .v4(let value): (number, width, isV6) = (UInt128(value), 32, false)
        case .v6(let value): (number, width, isV6) = (value, 128, true)
        }
        var length = width
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                let given = UInt8(parts[1]),
                given <= width
            else {
                throw StartFailure("'\(text)' is no range: behind the '/' stands a number from 0 to \(width)")
            }
            length = given
        }
        freeBits = UInt128(width - length)
        prefix = number >> freeBits
    }

    /// Whether the address is of the range.
    func contains(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let number): !isV6 && UInt128(number) >> freeBits == prefix
        case .v6(let number): isV6 && number >> freeBits == prefix
        }
    }
}
