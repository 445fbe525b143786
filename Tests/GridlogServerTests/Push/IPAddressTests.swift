import NIOCore
import Testing

@testable import GridlogServer

@Suite struct IPAddressTests {
    @Test(arguments: [
        "127.0.0.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1", "127.1", "127.0.1", "0177.0.0.1",
        "0x7f.0.0x0.1",
        "127.0.0.01",
    ])
    func everySpellingOfThisMachineIsRead(_ host: String) {
        #expect(IPAddress(host: host) == .v4(0x7F00_0001))
    }

    @Test(arguments: [
        "localhost", "", "256.1.1.1.1", "256.0.0.1", "127.0.0.256", "127.16777216", "4294967296", "0x100000000",
        "08.0.0.1", "0x",
        "1..2", "127.0.0.1.", ".127.0.0.1", "a.b.c.d", "-1", "+1", "1.2.3.4.5", "99999999999999999999", "0x7f.0x",
        "１２７.0.0.1",
    ])
    func everythingElseIsAName(_ host: String) {
        #expect(IPAddress(host: host) == nil)
    }

    @Test func shortFormsFillWhatIsLeft() {
        #expect(IPAddress(host: "1.65536") == .v4(0x0101_0000))
        #expect(IPAddress(host: "1.2.65535") == .v4(0x0102_FFFF))
        #expect(IPAddress(host: "4294967295") == .v4(.max))
    }

    @Test(arguments: [
        "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "2001:DB8::a:0", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4",
    ])
    func addressesAreReadAsTheSystemReadsThem(_ text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 1)
        #expect(IPAddress(text) == IPAddress(address))
        #expect(IPAddress(host: "[\(text)]") == IPAddress(address))
    }

    @Test(arguments: [
        "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "1::2::3", "::1.2.3.4:5", ":1", "1:", "1:2:3:4:5:6:7:1.2.3.4",
    ])
    func textsThatTheSystemRefusesAreRefused(_ text: String) {
        #expect(throws: (any Error).self) { try SocketAddress(ipAddress: text, port: 1) }
        #expect(IPAddress(text) == nil)
    }
}
