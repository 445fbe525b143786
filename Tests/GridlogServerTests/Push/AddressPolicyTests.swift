import NIOCore
import Testing

@testable import GridlogServer

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.1.1",
        "172.15.0.1",
        "172.32.0.1", "192.0.1.1", "192.167.1.1", "198.17.1.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
        "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::8.8.8.8", "64:ff9b:1:808:8:800::",
        "2002:0808:0808::1", "2001:0:1:2:3:4:f7f7:f7f7", "2606:4700::5efe:8.8.8.8",
    ])
    func publicAddressesArePermitted(_ text: String) throws {
        #expect(AddressPolicy().permits(try SocketAddress(ipAddress: text, port: 443)))
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.255", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.0.1", "fe80::1",
        "febf::1", "fd00:ec2::254", "100.100.100.200", "100.64.0.1", "100.127.255.255", "168.63.129.16", "224.0.0.1",
        "239.1.1.1", "ff02::1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9",
        "198.18.0.1",
        "198.19.255.255", "2001:db8::1", "192.0.0.1", "100::1", "3fff::1",
    ])
    func addressesOfNoPublicHostAreForbiddenEvenWithPrivateOnes(_ text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 443)
        #expect(!AddressPolicy().permits(address))
        #expect(!AddressPolicy(allowsPrivate: true).permits(address))
    }

    @Test(arguments: [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1",
        "::ffff:10.0.0.1", "64:ff9b::192.168.1.1", "2002:0a00:0001::",
    ])
    func privateAddressesAreForbiddenUnlessAllowed(_ text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 443)
        #expect(!AddressPolicy().permits(address))
        #expect(AddressPolicy(allowsPrivate: true).permits(address))
    }

    /// All of them lead to 127.0.0.1 or 169.254.169.254 where the network translates or tunnels.
    @Test(arguments: [
        "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::127.0.0.1",
        "64:ff9b:1:7f00:0:100::", "64:ff9b:1:7f:0:1::", "64:ff9b:1:0:7f:0:100:0", "2002:7f00:1::1",
        "2001:0:1:2:3:4:80ff:fffe", "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::",
    ])
    func embeddedAddressesAreJudgedToo(_ text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 443)
        #expect(!AddressPolicy(allowsPrivate: true).permits(address))
        let metadataAndThisMachine = try ["127.0.0.0/8", "169.254.169.254"].map { try AddressRange($0) }
        let listed = AddressPolicy(allowed: metadataAndThisMachine, allowsPrivate: true)
        // Forms whose address lies in several places may mean more than the one that is listed.
        if !text.hasPrefix("64:ff9b:1:") { #expect(listed.permits(address)) }
    }

    @Test func listedRangeWins() throws {
        let policy = AddressPolicy(
            allowed: try ["127.0.0.0/8", "::1/128", "fd00:ec2::254"].map { try AddressRange($0) })
        #expect(policy.permits(try SocketAddress(ipAddress: "127.0.0.1", port: 1)))
        #expect(policy.permits(try SocketAddress(ipAddress: "::1", port: 1)))
        #expect(policy.permits(try SocketAddress(ipAddress: "fd00:ec2::254", port: 1)))
        #expect(!policy.permits(try SocketAddress(ipAddress: "::", port: 1)))
        #expect(!policy.permits(try SocketAddress(ipAddress: "10.0.0.1", port: 1)))
    }

    @Test func socketsOfTheFileSystemAreForbidden() throws {
        let policy = AddressPolicy(
            allowed: [try AddressRange("0.0.0.0/0"), try AddressRange("::/0")], allowsPrivate: true)
        #expect(!policy.permits(try SocketAddress(unixDomainSocketPath: "/run/docker.sock")))
        #expect(policy.permits(try SocketAddress(ipAddress: "169.254.169.254", port: 1)))
    }

    @Test func hostsThatAreNamesAreJudgedLater() {
        #expect(AddressPolicy().permits(host: "localhost"))
        #expect(AddressPolicy().permits(host: "example.com"))
        #expect(AddressPolicy().permits(host: "8.8.8.8"))
        #expect(AddressPolicy().permits(host: "[2606:4700::1111]"))
        #expect(!AddressPolicy().permits(host: "2130706433"))
        #expect(!AddressPolicy().permits(host: "[::1]"))
        #expect(!AddressPolicy().permits(host: "fe80::1%eth0"))
    }

    @Test func everyRangeOfTheTablesIsOne() {
        #expect(AddressPolicy.forbidden.count == 21)
        #expect(AddressPolicy.privateNetworks.count == 5)
    }
}
