import Glibc
import Linux
import Support
import Testing

@testable import Networks

/// Published ports as a user meets them: the client on the host, the service in a container.
@Suite(.enabled(if: Probe.isRoot, "needs root"), .serialized)
struct PublishedPortTests {
  @Test("TCP works on 127.0.0.1 and on ::1, and the container sees the gateway as its client")
  func loopback() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "13"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    #expect(try RelayClient(port: port).readToEnd() == Array("172.17.0.1\n".utf8))
    if File.exists("/proc/self/net/if_inet6") {
      let client = try RelayClient(.v6Loopback, port: port)
      #expect(try client.readToEnd() == Array("172.17.0.1\n".utf8))
    }
  }

  @Test("an upload that ends with half a close is counted to the last byte and answered")
  func upload() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::9"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    let data = RelayBench.pattern(8 << 20)
    let client = try RelayClient(port: port)
    try data.withUnsafeBytes { try writeAll(client.number, $0) }
    InternetSocket.endOutput(client.number)
    let sum = data.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    let answer = String(decoding: try client.readToEnd(), as: UTF8.self)
    #expect(answer == "\(data.count) \(sum)\n")
  }

  @Test("a download of 48 MB arrives whole")
  func download() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::19"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    let client = try RelayClient(port: port)
    try writeAll(client.number, "48\n")
    let data = try client.readToEnd()
    #expect(data.count == 48 << 20)
    let block = (0..<64 << 10).map { UInt8($0 * 7 & 255) }
    #expect(data.prefix(64 << 10).elementsEqual(block))
    #expect(data.suffix(64 << 10).elementsEqual(block))
  }

  @Test("150 clients at once are all served, and nothing stays open after them")
  func crowd() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::7"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    let clients = try (0..<150).map { _ in try RelayClient(port: port) }
    for (index, client) in clients.enumerated() {
      try writeAll(client.number, "client \(index)")
      InternetSocket.endOutput(client.number)
    }
    for (index, client) in clients.enumerated() {
      #expect(try client.readToEnd() == Array("client \(index)".utf8))
    }
    var open = try probe.openCount()
    for _ in 0..<100 where open != 0 { open = try probe.openCount() }
    #expect(open == 0)
  }

  @Test("a port nobody serves in the container resets its clients")
  func refused() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::4444"])
    let client = try RelayClient(
      port: try RelayClient.port(in: try probe.lines(until: "ready")))
    let error = try #require(throws: SyscallError.self) { try client.readToEnd() }
    #expect(error.errno == ECONNRESET)
  }

  @Test("the first packet to a new container is not lost, which ARP would take a second to notice")
  func firstPacket() throws {
    for _ in 0..<10 {
      let state = try InstanceState()
      let probe = try Probe(["serve", state.path, "127.0.0.1::7/udp"])
      let port = try RelayClient.port(in: try probe.lines(until: "ready"))
      let client = try RelayClient(port: port, kind: .datagram)
      try writeAll(client.number, "first")
      // The relay of the probe forgets the client after half a second of silence.
      #expect(try client.read() == Array("first".utf8))
    }
  }

  @Test("UDP is answered, and its flow is forgotten when it has been silent")
  func datagrams() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::7/udp"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    let client = try RelayClient(port: port, kind: .datagram)
    try writeAll(client.number, "hello")
    #expect(try client.read() == Array("hello".utf8))
    #expect(try probe.openCount() == 1)
    // The probe's relay forgets flows after half a second; how long that takes is not judged.
    var open = try probe.openCount()
    for _ in 0..<400 where open != 0 {
      usleep(50_000)
      open = try probe.openCount()
    }
    #expect(open == 0)
  }

  @Test("a port that is taken is refused before anything is made")
  func taken() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path, "127.0.0.1::7"])
    let port = try RelayClient.port(in: try probe.lines(until: "ready"))
    let other = try TemporaryDirectory()
    let lines = try Probe.run("serve", other.path, "127.0.0.1:\(port):7")
    #expect(
      lines.first?.hasPrefix(
        "error: Bind for 127.0.0.1:\(port) failed: port is already allocated (by process Network")
        == true)
    #expect(try Directory.list(other.path) == [])
  }
}

extension IPAddress {
  static let v6Loopback = IPAddress.v6([UInt8](repeating: 0, count: 15) + [1])
}

/// A client that waits, unlike the relay.
final class RelayClient {
  let number: Int32

  init(
    _ address: IPAddress = .v4(.loopback), port: UInt16, kind: InternetSocket.Kind = .stream
  ) throws {
    let socket = try InternetSocket.connect(kind, SocketAddress(address, port: port))
    number = socket.release()
    var entries = [PollEntry(fd: number, events: .writable)]
    try pollDescriptors(&entries, timeout: 10_000)
    try setNonBlocking(number, false)
    // What never comes fails the test instead of stopping it.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(number) }

  /// The host port in what a serving probe says: `port 0.0.0.0:32768->80/tcp`.
  static func port(in lines: [String]) throws -> UInt16 {
    let line = try #require(lines.first { $0.hasPrefix("port ") })
    let host = try #require(line.dropFirst(5).split(separator: "-").first)
    return try #require(host.split(separator: ":").last.flatMap { UInt16($0) })
  }

  func readToEnd() throws -> [UInt8] {
    try readAll(number, limit: 128 << 20, subject: "relay")
  }

  /// One datagram.
  func read() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = try check(Glibc.read(number, &buffer, buffer.count), "read")
    return Array(buffer[..<count])
  }
}
