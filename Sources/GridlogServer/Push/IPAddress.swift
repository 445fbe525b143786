import NIOCore

/// An address of the Internet Protocol, as a number.
enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)

    /// `nil` for a Unix domain socket.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        // A scope, as in fe80::1%eth0, is no part of the address.
        self.init(text.prefix { $0 != "%" })
    }

    /// Reads the usual spelling: four decimal numbers, or RFC 4291, section 2.2. `nil` for any other text.
    init?(_ text: some StringProtocol) {
        if let number = Self.dottedDecimal(text) {
            self = .v4(number)
        } else if let number = Self.hexadecimalGroups(text) {
            self = .v6(number)
        } else {
            return nil
        }
    }

    /// The address that a URL's host means; `nil` when it is a name. Reads every spelling that the system's resolver
    /// takes for an address, such as `2130706433`, `0177.0.0.1`, `0x7f.1` and `127.1`, and IPv6 with or without
    /// brackets.
    init?(host: some StringProtocol) {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host[...]
        if let address = Self(bare.prefix { $0 != "%" }) {
            self = address
        } else if let number = Self.numbersAndDots(bare) {
            self = .v4(number)
        } else {
            return nil
        }
    }
}

extension IPAddress {
    private static func dottedDecimal(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard part.utf8.count == 1 || part.first != "0", let byte = digits(part, radix: 10), byte <= 255 else {
                return nil
            }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    /// One to four numbers, decimal, octal (0…) or hexadecimal (0x…); the last fills what the others leave
    /// (`inet_aton`).
    private static func numbersAndDots(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 4, let last = parts.last.flatMap(anyRadix) else { return nil }
        var number: UInt64 = 0
        for part in parts.dropLast() {
            guard let byte = anyRadix(part), byte <= 255 else { return nil }
            number = number << 8 | byte
        }
        let lastBits = 8 * UInt64(5 - parts.count)
        guard last >> lastBits == 0 else { return nil }
        return UInt32(truncatingIfNeeded: number << lastBits | last)
    }

    private static func anyRadix(_ text: some StringProtocol) -> UInt64? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return digits(text.dropFirst(2), radix: 16) }
        return digits(text, radix: text.hasPrefix("0") ? 8 : 10)
    }

    /// A number of digits alone, below 2^33.
    private static func digits(_ text: some StringProtocol, radix: Int) -> UInt64? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let number = UInt64(text, radix: radix), number < 1 << 33
        else { return nil }
        return number
    }

    private static func hexadecimalGroups(_ text: some StringProtocol) -> UInt128? {
        let parts = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard let head = groups(parts[0], endsAddress: parts.count == 1) else { return nil }
        guard parts.count > 1 else { return head.count == 8 ? number(head) : nil }
        guard parts.count == 2, let tail = groups(parts[1], endsAddress: true), head.count + tail.count < 8 else {
            return nil
        }
        return number(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func groups(_ text: some StringProtocol, endsAddress: Bool) -> [UInt16]? {
        var groups: [UInt16] = []
        let parts = text.isEmpty ? [] : text.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if (1...4).contains(part.utf8.count), let group = digits(part, radix: 16) {
                groups.append(UInt16(group))
            } else if endsAddress, index == parts.count - 1, let embedded = dottedDecimal(part) {
                groups.append(UInt16(embedded >> 16))
                groups.append(UInt16(embedded & 0xFFFF))
            } else {
                return nil
            }
        }
        return groups
    }

    private static func number(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}
