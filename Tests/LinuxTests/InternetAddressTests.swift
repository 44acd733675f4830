import Testing

@testable import Linux

@Suite struct InternetAddressTests {
  @Test(
    "an IPv4 address is four numbers from 0 to 255 and nothing else",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.4 ", "a.b.c.d",
    ])
  func refusesIPv4(_ text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test("addresses print as they were read")
  func roundTrip() {
    for text in ["0.0.0.0", "172.17.0.2", "255.255.255.255"] {
      #expect(IPv4Address(text)?.description == text)
    }
    for text in ["::", "::1", "fe80::1", "2001:db8::2:1"] {
      #expect(IPAddress(text)?.description == text)
    }
    #expect(IPAddress("::g") == nil)
    #expect(MACAddress("02:42:AC:11:00:02")?.description == "02:42:ac:11:00:02")
    #expect(MACAddress("02:42:ac:11:00") == nil)
    #expect(MACAddress("02:42:ac:11:00:+2") == nil)
  }

  @Test("a container's MAC address follows from its IPv4 address, as Docker's does")
  func mac() {
    #expect(MACAddress(for: IPv4Address(172, 17, 0, 2)).description == "02:42:ac:11:00:02")
  }

  @Test("a subnet knows its hosts, its broadcast address and its neighbours")
  func subnet() throws {
    let subnet = try #require(IPv4Subnet("172.17.4.5/16"))
    #expect(subnet.description == "172.17.0.0/16")
    #expect(subnet.broadcast.description == "172.17.255.255")
    #expect(subnet.hosts.count == 65534)
    #expect(subnet.contains(IPv4Address(172, 17, 200, 1)))
    #expect(!subnet.contains(IPv4Address(172, 18, 0, 1)))
    #expect(subnet.overlaps(IPv4Subnet(IPv4Address(172, 17, 9, 0), prefixLength: 24)))
    #expect(IPv4Subnet(.any, prefixLength: 0).overlaps(subnet))
    #expect(!subnet.overlaps(IPv4Subnet(IPv4Address(172, 16, 0, 0), prefixLength: 16)))
    #expect(IPv4Subnet("1.2.3.4/33") == nil)
  }

  @Test("a socket address keeps its address and port through the kernel's form")
  func socketAddress() throws {
    let v4 = SocketAddress(.v4(IPv4Address(10, 1, 2, 3)), port: 8080)
    #expect(v4.description == "10.1.2.3:8080")
    let v6 = SocketAddress(try #require(IPAddress("fe80::1")), port: 53)
    #expect(v6.description == "[fe80::1]:53")
    #expect(SocketAddress(raw: []).address == nil)
    #expect(SocketAddress(raw: [10, 0, 0]).port == 0)
  }
}
