import Glibc
import Linux
import Support
import Testing

@testable import HTTP

@Suite("Looking up host names")
struct NameResolverTests {
  @Test("addresses, localhost and /etc/hosts need no server")
  func files() throws {
    let resolver = NameResolver(
      hosts: "10.0.0.1 box Box.example # comment\n::7 box\nnonsense line\n", configuration: "")
    #expect(try resolver.addresses(of: "192.0.2.1").map(\.description) == ["192.0.2.1"])
    #expect(try resolver.addresses(of: "fe80::1").map(\.description) == ["fe80::1"])
    #expect(try resolver.addresses(of: "BOX").map(\.description) == ["10.0.0.1", "::7"])
    #expect(try resolver.addresses(of: "box.example").map(\.description) == ["10.0.0.1"])
    #expect(try resolver.addresses(of: "a.localhost").first?.description == "127.0.0.1")
  }

  @Test("search domains come after a name with enough dots, and before one without")
  func search() {
    let resolver = NameResolver(
      hosts: "", configuration: "search a.example b.example\noptions ndots:2 timeout:1\n")
    #expect(
      resolver.candidates("x.y") == ["x.y.a.example", "x.y.b.example", "x.y"])
    #expect(resolver.candidates("x.y.z").first == "x.y.z")
    #expect(resolver.candidates("x.") == ["x."])
  }

  @Test("a server is asked for both kinds of addresses, over TCP when the answer is too long")
  func server() throws {
    let server = try FakeNameServer()
    let resolver = NameResolver(
      hosts: "", configuration: "nameserver 127.0.0.1\noptions timeout:20", port: server.port)
    #expect(
      try resolver.addresses(of: "two.example").map(\.description) == ["192.0.2.7", "2001:db8::7"])
    #expect(try resolver.addresses(of: "long.example").map(\.description) == ["192.0.2.7"])
    let missing = #expect(throws: DklabError.self) { try resolver.addresses(of: "no.example") }
    #expect(missing?.id == "resolver.no-such-host")
    let failed = #expect(throws: DklabError.self) { try resolver.addresses(of: "fail.example") }
    #expect(failed?.id == "resolver.no-answer")
    #expect(throws: DklabError.self) { try resolver.addresses(of: "a..b") }
  }

  @Test("any byte changed in an answer is another answer or none, never a crash")
  func damage() throws {
    let question = try #require(DNSMessage.question("two.example", .ipv4, id: 7))
    let reply = FakeNameServer.answer(question, overTCP: false)
    #expect(
      DNSMessage.answer(reply, to: question, .ipv4) == .addresses([.v4(IPv4Address(192, 0, 2, 7))]))
    for place in reply.indices {
      for value: UInt8 in [0, 1, 0x3f, 0x40, 0xc0, 0xff] {
        var damaged = reply
        damaged[place] = value
        _ = DNSMessage.answer(damaged, to: question, .ipv4)
      }
      _ = DNSMessage.answer(Array(reply[..<place]), to: question, .ipv4)
    }
  }
}

/// A name server for `example` on a free port of 127.0.0.1, until nobody asks for a minute.
final class FakeNameServer: Sendable {
  let port: UInt16

  init() throws {
    let address = IPAddress.v4(IPv4Address(127, 0, 0, 1))
    let tcp = try InternetSocket.bind(.stream, SocketAddress(address, port: 0))
    port = try #require(SocketAddress(of: tcp.number)).port
    let udp = try InternetSocket.bind(.datagram, SocketAddress(address, port: port))
    var handle = pthread_t()
    let sockets = Sockets(stream: tcp.release(), datagrams: udp.release())
    let box = Unmanaged.passRetained(sockets)
    pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let sockets = Unmanaged<Sockets>.fromOpaque(argument).takeRetainedValue()
        FakeNameServer.serve(sockets.stream, sockets.datagrams)
        return nil
      }, box.toOpaque())
  }

  private final class Sockets {
    let stream: Int32
    let datagrams: Int32
    init(stream: Int32, datagrams: Int32) {
      self.stream = stream
      self.datagrams = datagrams
    }
  }

  private static func serve(_ stream: Int32, _ datagrams: Int32) {
    var buffer = [UInt8](repeating: 0, count: 2048)
    while true {
      var entries = [stream, datagrams].map { PollEntry(fd: $0, events: .readable) }
      guard (try? pollDescriptors(&entries, timeout: 60_000)) ?? 0 > 0 else { return }
      let received = buffer.withUnsafeMutableBytes { InternetSocket.receive(datagrams, into: $0) }
      if let (count, sender) = received {
        let reply = answer(Array(buffer[..<count]), overTCP: false)
        _ = reply.withUnsafeBytes { InternetSocket.send(datagrams, $0, to: sender) }
      }
      if let connection = (try? InternetSocket.accept(stream)) ?? nil {
        try? setNonBlocking(connection.number, false)
        let count = read(connection.number, &buffer, buffer.count)
        guard count > 2 else { continue }
        let reply = answer(Array(buffer[2..<count]), overTCP: true)
        let message = [UInt8(reply.count >> 8), UInt8(reply.count & 255)] + reply
        _ = message.withUnsafeBytes { InternetSocket.write(connection.number, $0) }
      }
    }
  }

  /// What the server says to `question`.
  static func answer(_ question: [UInt8], overTCP: Bool) -> [UInt8] {
    let text = String(decoding: question, as: UTF8.self)
    var reply = question
    reply[2] = 0x81
    reply[3] = 0x80
    if text.contains("no\u{7}") { reply[3] = 0x83 }
    if text.contains("fail") { reply[3] = 0x82 }
    if text.contains("long"), !overTCP { reply[2] |= 2 }
    guard reply[3] == 0x80, reply[2] & 2 == 0 else { return reply }
    let isIPv6 = question[question.count - 3] == 28
    if isIPv6, !text.contains("two") { return reply }
    // An alias first, which is no address, then the address.
    reply[7] = 2
    reply += [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]
    reply += [0xc0, 12, 0, isIPv6 ? 28 : 1, 0, 1, 0, 0, 0, 9, 0, isIPv6 ? 16 : 4]
    reply +=
      isIPv6
      ? [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7] : [192, 0, 2, 7]
    return reply
  }
}
