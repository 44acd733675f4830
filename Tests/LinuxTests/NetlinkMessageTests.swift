import Testing

@testable import Linux

/// The messages are compared byte by byte with what `strace -e trace=sendmsg ip …` shows.
@Suite struct NetlinkMessageTests {
  @Test("adding an address is the message ip(8) sends")
  func address() {
    let request = NetlinkRequest.addAddress(IPv4Address(172, 17, 0, 2), prefixLength: 16, to: 5)
    let expected = """
      30000000 1400 0106 00000000 00000000
      02 10 00 00 05000000
      0800 0200 ac110002
      0800 0100 ac110002
      0800 0400 ac11ffff
      """
    #expect(request.message.bytes == bytes(expected))
    #expect(request.subject == "172.17.0.2/16")
  }

  @Test("a point-to-point subnet has no broadcast address")
  func noBroadcast() {
    let request = NetlinkRequest.addAddress(IPv4Address(10, 0, 0, 1), prefixLength: 31, to: 1)
    #expect(request.message.bytes.count == 40)
  }

  @Test("a default route names only its gateway")
  func route() {
    let request = NetlinkRequest.addDefaultRoute(gateway: IPv4Address(172, 17, 0, 1))
    let expected = """
      24000000 1800 0106 00000000 00000000
      02 00 00 00 fe 03 00 01 00000000
      0800 0500 ac110001
      """
    #expect(request.message.bytes == bytes(expected))
  }

  @Test("a bridge is made up, with its kind nested in its link information")
  func bridge() throws {
    let mac = try #require(MACAddress("02:42:ac:11:00:01"))
    let request = NetlinkRequest.makeBridge("docker0", mac: mac)
    let expected = """
      48000000 1000 0106 00000000 00000000
      00000000 00000000 01000000 01000000
      0c00 0300 646f636b65723000
      0a00 0100 0242ac110001 0000
      1000 1200  0b00 0100 62726964676500 00
      """
    #expect(request.message.bytes == bytes(expected))
  }

  @Test("a veth pair is one message, the far end nested in the near one")
  func veth() throws {
    let mac = try #require(MACAddress("02:42:ac:11:00:02"))
    let request = NetlinkRequest.makeVeth(
      near: .init(name: "veth1"), master: 7, far: .init(name: "eth0", mac: mac), namespace: 9)
    let expected = """
      7c000000 1000 0106 00000000 00000000
      00000000 00000000 01000000 01000000
      0a00 0300 766574683100 0000
      0800 0a00 07000000
      4800 1200
        0900 0100 7665746800 000000
        3800 0200
          3400 0100
            00000000 00000000 00000000 00000000
            0900 0300 6574683000 000000
            0a00 0100 0242ac110002 0000
            0800 1c00 09000000
      """
    #expect(request.message.bytes == bytes(expected))
  }

  @Test("the sequence number and the wish for an acknowledgement are added when sending")
  func sealing() {
    let message = NetlinkRequest.bringUp(index: 1, name: "lo").message
    let plain = message.sealed(sequence: 0x0102_0304, acknowledged: false)
    #expect(Array(plain[6..<12]) == [0x01, 0x00, 0x04, 0x03, 0x02, 0x01])
    let acknowledged = message.sealed(sequence: 1, acknowledged: true)
    #expect(Array(acknowledged[6..<12]) == [0x05, 0x00, 0x01, 0x00, 0x00, 0x00])
    #expect(plain.count == message.bytes.count)
  }
}

/// Hexadecimal digits, with spaces and line ends for the reader.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init)
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
