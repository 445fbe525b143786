import Testing

@testable import GridlogServer

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"), ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
        ("192.168.1.77/24", "192.168.1.1", "192.168.2.1"), ("0.0.0.0/0", "255.255.255.255", "::"),
        ("::1/128", "::1", "::2"), ("fc00::/7", "fdff::1", "fe00::1"), ("::/0", "ffff::1", "1.2.3.4"),
        ("fd00::", "fd00::", "fd00::1"), ("10.0.0.0/8", "10.0.0.0", "::ffff:10.0.0.0"), ("::/128", "::", "0.0.0.0"),
    ])
    func rangesHoldTheAddressesThatBeginAlike(_ text: String, _ inside: String, _ outside: String) throws {
        let range = try AddressRange(text)
        #expect(range.contains(try #require(IPAddress(inside))))
        #expect(!range.contains(try #require(IPAddress(outside))))
    }

    @Test func equalRangesAreEqual() throws {
        #expect(try AddressRange("10.1.2.3/8") == AddressRange("10.0.0.0/8"))
        #expect(try AddressRange("10.0.0.0/8") != AddressRange("10.0.0.0/9"))
        #expect(try AddressRange("0.0.0.0/0") != AddressRange("::/0"))
    }

    @Test(arguments: [
        "", "/", "/8", "localhost", "10.0.0", "10.0.0.0.0", "10.0.0.256", "010.0.0.1", "2130706433", "[::1]", "::1::",
        ":::",
        "fe80::1%eth0", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1.2.3.4::", " 10.0.0.0/8", "+1.2.3.4",
        "::1.2.3",
    ])
    func whatIsNoAddressIsRefused(_ text: String) throws {
        let failure = #expect(throws: StartFailure.self) { try AddressRange(text) }
        #expect(failure?.description.contains("is no address or range; write for example") == true)
    }

    @Test(arguments: [
        ("10.0.0.0/33", 32), ("10.0.0.0/", 32), ("10.0.0.0/-1", 32), ("10.0.0.0/+8", 32), ("10.0.0.0/8/8", 32),
        ("::/129", 128), ("::/999", 128), ("::/a", 128),
    ])
    func whatIsNoLengthIsRefused(_ text: String, _ longest: Int) throws {
        let failure = #expect(throws: StartFailure.self) { try AddressRange(text) }
        #expect(failure?.description == "'\(text)' is no range: behind the '/' stands a number from 0 to \(longest)")
    }
}
