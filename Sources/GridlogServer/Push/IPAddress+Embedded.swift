extension IPAddress {
    /// The IPv4 addresses that an IPv6 address may stand for where the network translates or tunnels: mapped,
    /// translated, compatible, NAT64, 6to4, Teredo and ISATAP. Empty when there is none.
    var embedded: [UInt32] {
        guard case .v6(let number) = self else { return [] }
        var found: [UInt32] = []
        /// The 32 bits that begin at a bit, counted from the left.
        func bits(from start: Int) -> UInt32 { UInt32(truncatingIfNeeded: number >> UInt128(96 - start)) }
        let low = bits(from: 96)
        switch number >> 96 {
        case 0 where bits(from: 32) == 0 && [0, 0xFFFF, 0xFFFF_0000].contains(bits(from: 64)): found.append(low)
        case 0x64_FF9B where (number << 32) >> 64 == 0: found.append(low)
        case 0x2001_0000: found.append(~low)
        default: break
        }
        if number >> 80 == 0x64_FF9B_0001 { found += locallyTranslated(number) }
        if number >> 112 == 0x2002 { found.append(bits(from: 16)) }
        let identifier = bits(from: 64)
        if identifier == 0x5EFE || identifier == 0x0200_5EFE { found.append(low) }
        return found
    }

    /// The network chooses how long the prefix within 64:ff9b:1::/48 is, and with it where the address lies (RFC 6052,
    /// section 2.2): every place that fits counts.
    private func locallyTranslated(_ number: UInt128) -> [UInt32] {
        var found: [UInt32] = []
        let bytes = (0..<16).map { UInt32(truncatingIfNeeded: number >> UInt128(120 - 8 * $0)) & 0xFF }
        /// Byte 8 belongs to no address; those behind the address are zero.
        func add(_ places: [Int]) {
            guard bytes[8] == 0, bytes[(places[3] + 1)...].allSatisfy({ $0 == 0 }) else { return }
            found.append(places.reduce(0) { $0 << 8 | bytes[$1] })
        }
        add([6, 7, 9, 10])
        add([7, 9, 10, 11])
        add([9, 10, 11, 12])
        let low = UInt32(truncatingIfNeeded: number)
        if low != 0 || found.isEmpty { found.append(low) }
        return found
    }
}
