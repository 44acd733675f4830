import Testing

@testable import Linux

@Suite struct NetlinkReaderTests {
  /// RTM_NEWLINK of veth1: index 3, up and running, a port of 2, its other end 7.
  static let link = """
    60000000 1000 0000 05000000 00000000
    00000100 03000000 41000000 00000000
    0a00 0300 766574683100 0000
    0800 0400 dc050000
    0800 0500 07000000
    0800 0a00 02000000
    0a00 0100 0242ac110002 0000
    1000 1280  0900 0100 7665746800 000000
    """

  @Test("an interface is read with its master, its peer and its kind")
  func readsLink() throws {
    let reply = try #require(NetlinkReply.all(in: bytes(Self.link)).first)
    #expect(reply.sequence == 5)
    let link = try #require(NetworkLink(reply))
    #expect(link.index == 3)
    #expect(link.name == "veth1")
    #expect(link.isUp && link.isRunning && !link.isLoopback)
    #expect(link.mtu == 1500)
    #expect(link.peer == 7)
    #expect(link.master == 2)
    #expect(link.kind == "veth")
    #expect(link.mac?.description == "02:42:ac:11:00:02")
  }

  @Test("addresses of both families are read, the local end before the other")
  func readsAddresses() throws {
    let v4 = """
      28000000 1400 0000 01000000 00000000
      02 10 00 00 05000000
      0800 0100 0a000002
      0800 0200 0a000001
      """
    let v6 = """
      2c000000 1400 0000 01000000 00000000
      0a 80 00 00 01000000
      1400 0100 00000000000000000000000000000001
      """
    let found = NetlinkReply.all(in: bytes(v4) + bytes(v6)).compactMap(NetworkAddress.init)
    #expect(found.map(\.address) == ["10.0.0.1", "::1"])
    #expect(found.map(\.prefixLength) == [16, 128])
    #expect(found.map(\.link) == [5, 1])
  }

  @Test("routes of other tables than the main one are left out")
  func readsRoutes() throws {
    let main = """
      2c000000 1800 0000 01000000 00000000
      02 10 00 00 fe 02 fd 01 00000000
      0800 0100 ac110000
      0800 0400 02000000
      """
    let local = """
      24000000 1800 0000 01000000 00000000
      02 20 00 00 ff 02 fe 02 00000000
      0800 0100 7f000001
      """
    let found = NetlinkReply.all(in: bytes(main) + bytes(local)).compactMap(NetworkRoute.init)
    #expect(found.map { $0.destination?.description } == ["172.17.0.0/16"])
    #expect(found.first?.link == 2)
  }

  @Test("an error carries its errno and the kernel's words")
  func readsError() throws {
    // The error, the header of the request, then NLMSGERR_ATTR_MSG "no".
    let error = """
      2c000000 0200 0002 02000000 00000000
      efffffff
      20000000 1000 0106 02000000 00000000
      0700 0100 6e6f00 00
      """
    let reply = try #require(NetlinkReply.all(in: bytes(error)).first)
    #expect(reply.errorNumber == 17)
    #expect(reply.errorMessage == "no")
  }

  @Test("an attribute that claims to be longer than its message is dropped")
  func truncatedAttribute() {
    let attributes = NetlinkAttributes(bytes("0600 0300 6100 0000  ff00 0400 dc050000")[...])
    #expect(attributes.text(3) == "a")
    #expect(attributes.number(4, as: UInt32.self) == nil)
  }

  @Test("any cut of a datagram, and any length in it, is survived")
  func survivesNonsense() {
    let whole = bytes(Self.link)
    for count in 0..<whole.count {
      for reply in NetlinkReply.all(in: Array(whole[..<count])) { _ = NetworkLink(reply) }
    }
    for offset in whole.indices {
      for value: UInt8 in [0, 1, 3, 0x7f, 0xff] {
        var broken = whole
        broken[offset] = value
        for reply in NetlinkReply.all(in: broken) {
          _ = NetworkLink(reply)
          _ = NetworkAddress(reply)
          _ = NetworkRoute(reply)
          _ = reply.errorMessage
        }
      }
    }
    #expect(NetlinkReply.all(in: [0, 0, 0, 0]).isEmpty)
  }
}
