import Glibc
import Linux
import Support
import Testing

@testable import Networks

/// The forwarder against resolvers that this test plays, on addresses of the loopback network.
@Suite struct NameForwarderTests {
  private final class Answers {
    var messages: [[UInt8]] = []
    var asker: NameServer.Asker?
  }

  private static let asker = NameServer.Asker.client(7)
  private static let udpAsker = NameServer.Asker.datagram(
    SocketAddress(.v4(.loopback), port: 4242))

  /// A UDP socket on `address`, on `port` or any.
  private func resolver(_ address: IPv4Address, port: UInt16 = 0) throws -> FileDescriptor {
    try InternetSocket.bind(.datagram, SocketAddress(.v4(address), port: port))
  }

  private func query(_ name: String, id: UInt16) throws -> ([UInt8], DNSQuestion) {
    let message = DNSMessageTests.query(name, id: id)
    return (message, try #require(DNSQuestion(message)))
  }

  private func waitFor(_ fd: Int32, _ events: PollEvents = .readable) throws {
    var entry = [PollEntry(fd: fd, events: events)]
    try #require(try pollDescriptors(&entry, timeout: 20_000) == 1)
  }

  private func receive(_ fd: Int32) throws -> ([UInt8], SocketAddress) {
    try waitFor(fd)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let (count, sender) = try #require(
      buffer.withUnsafeMutableBytes { InternetSocket.receive(fd, into: $0) })
    return (Array(buffer[..<count]), sender)
  }

  @Test("an answer comes back under the asker's number; a stranger's and another name's do not")
  func answered() throws {
    let server = try resolver(IPv4Address(127, 0, 0, 2))
    let port = try #require(SocketAddress(of: server.number)).port
    let stranger = try resolver(IPv4Address(127, 0, 0, 3))
    let forwarder = try NameForwarder(
      NameService.open(servers: ["127.0.0.2"], links: [:]), port: port)
    let answers = Answers()
    let deliver: NameForwarder.Delivery = { message, asker in
      answers.messages.append(message)
      answers.asker = asker
    }
    let (message, question) = try query("debian.org", id: 0x0102)
    forwarder.forward(message, question, for: Self.udpAsker, now: 0, deliver)
    let (asked, sender) = try receive(server.number)
    let passed = try #require(DNSQuestion(asked))
    #expect(passed.name == "debian.org")
    let reply = DNSAnswer.make(passed, [.init(type: 1, data: [1, 2, 3, 4])])
    // From an address that was not asked, and about something else.
    reply.withUnsafeBytes { _ = InternetSocket.send(stranger.number, $0, to: sender) }
    var other = try #require(DNSQuestion(DNSMessageTests.query("evil.org", id: passed.id)))
    other.flags = 0x8180
    DNSAnswer.make(other).withUnsafeBytes {
      _ = InternetSocket.send(server.number, $0, to: sender)
    }
    reply.withUnsafeBytes { _ = InternetSocket.send(server.number, $0, to: sender) }
    for _ in 0..<200 where answers.messages.isEmpty {
      try waitFor(forwarder.datagrams)
      forwarder.readDatagrams(deliver)
    }
    #expect(answers.messages.count == 1 && answers.asker == Self.udpAsker)
    #expect(answers.messages.first?.prefix(2) == [1, 2])
    #expect(answers.messages.first?.suffix(4) == [1, 2, 3, 4])
    #expect(forwarder.nextDeadline == nil)
  }

  @Test("a silent resolver is followed by the next; after the last the asker learns that it failed")
  func failover() throws {
    let silent = try resolver(IPv4Address(127, 0, 0, 4))
    let port = try #require(SocketAddress(of: silent.number)).port
    let second = try resolver(IPv4Address(127, 0, 0, 5), port: port)
    let forwarder = try NameForwarder(
      NameService.open(servers: ["127.0.0.4", "127.0.0.5"], links: [:]), port: port)
    let answers = Answers()
    let deliver: NameForwarder.Delivery = { message, _ in answers.messages.append(message) }
    let (message, question) = try query("debian.org", id: 9)
    forwarder.forward(message, question, for: Self.udpAsker, now: 1000, deliver)
    _ = try receive(silent.number)
    let deadline = try #require(forwarder.nextDeadline)
    forwarder.expire(now: deadline - 1, deliver)
    #expect(answers.messages.isEmpty)
    forwarder.expire(now: deadline, deliver)
    _ = try receive(second.number)
    forwarder.expire(now: deadline + 60_000, deliver)
    let failure = try #require(answers.messages.first)
    #expect(failure[3] & 15 == 2 && failure[1] == 9)
  }

  @Test("questions over TCP go over one socket, one after the other")
  func stream() throws {
    let listener = try InternetSocket.bind(
      .stream, SocketAddress(.v4(IPv4Address(127, 0, 0, 6)), port: 0))
    let port = try #require(SocketAddress(of: listener.number)).port
    let forwarder = try NameForwarder(
      NameService.open(servers: ["127.0.0.6"], links: [:]), port: port)
    let answers = Answers()
    let deliver: NameForwarder.Delivery = { message, _ in answers.messages.append(message) }
    for id: UInt16 in [1, 2, 3] {
      let (message, question) = try query("n\(id).org", id: id)
      forwarder.forward(message, question, for: Self.asker, now: 0, deliver)
    }
    for round in 1...3 {
      try waitFor(listener.number)
      guard let client = try InternetSocket.accept(listener.number) else {
        Issue.record("nobody came")
        return
      }
      let connection = NameClient(client, deadline: .max)
      var streamSocket: Int32 = -1
      forwarder.watchStream { fd, _, _ in streamSocket = fd }
      if streamSocket >= 0 { try waitFor(streamSocket, .writable) }
      forwarder.streamReady(.writable, now: 0, deliver)
      try waitFor(connection.socket)
      let asked = try #require(connection.receive().first.flatMap { DNSQuestion($0) })
      #expect(asked.name == "n\(round).org")
      connection.send(DNSAnswer.make(asked))
      for _ in 0..<200 where answers.messages.count < round {
        usleep(5000)
        forwarder.streamReady(.readable, now: 0, deliver)
      }
      #expect(answers.messages.count == round)
    }
    #expect(answers.messages.map { $0[1] } == [1, 2, 3])
  }

  @Test("without a resolver that can be reached the answer is a failure, at once")
  func unreachable() throws {
    let forwarder = try NameForwarder(
      NameService.open(servers: ["255.255.255.255"], links: [:]), port: 9)
    let answers = Answers()
    let (message, question) = try query("x", id: 5)
    forwarder.forward(message, question, for: Self.udpAsker, now: 0) { message, _ in
      answers.messages.append(message)
    }
    #expect(answers.messages.first.map { $0[3] & 15 } == 2)
  }
}
