import Glibc
import Linux
import Support
import Testing

@testable import Networks

@Suite struct RelayFlowsTests {
  @Test("each UDP client gets its own answers, an empty datagram included")
  func ownAnswers() throws {
    let bench = try RelayBench(.udp)
    let clients = try (0..<3).map { _ in
      try bench.connect(.datagram).release()
    }
    defer { clients.forEach { close($0) } }
    let questions = ["a", "", String(repeating: "c", count: 60_000)]
    for (client, question) in zip(clients, questions) { send(client, question) }
    var answered = 0
    try bench.until {
      answered += echo(bench.server)
      return answered == 3
    }
    for (client, question) in zip(clients, questions) {
      var answer: String?
      try bench.until {
        answer = receive(client)
        return answer != nil
      }
      #expect(answer == question)
    }
    #expect(bench.relay.openCount == 3)
  }

  @Test("a flow stays while it is used and ends when it is idle")
  func idle() throws {
    let flows = RelayFlows(idleMilliseconds: 1000)
    let listener = try InternetSocket.bind(.datagram, SocketAddress(.v4(.loopback), port: 0))
    let address = try #require(SocketAddress(of: listener.number))
    let client = try InternetSocket.connect(.datagram, address)
    func forward(at now: Int64) {
      send(client.number, "x")
      withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
        flows.forward(
          from: listener.number, to: SocketAddress(.v4(.loopback), port: 9), buffer, now: now
        ) { _, _ in }
      }
    }
    forward(at: 0)
    #expect(flows.count == 1)
    #expect(flows.nextDeadline == 1000)
    forward(at: 600)
    #expect(flows.count == 1)
    flows.removeIdle(now: 1000)
    #expect(flows.count == 1)
    #expect(flows.nextDeadline == 1600)
    flows.removeIdle(now: 1600)
    #expect(flows.count == 0)
    #expect(flows.nextDeadline == nil)
  }

  @Test("a datagram nobody wanted does not end the flow: the service may come back")
  func refused() throws {
    let bench = try RelayBench(.udp)
    let address = try #require(SocketAddress(of: bench.server))
    let client = try bench.connect(.datagram)
    bench.closeServer()
    send(client.number, "lost")
    try bench.until { bench.relay.openCount == 1 }
    try bench.settle()
    let server = try InternetSocket.bind(.datagram, address)
    send(client.number, "heard")
    var seen: String?
    try bench.until {
      seen = receive(server.number)
      return seen != nil
    }
    #expect(seen == "heard")
    #expect(bench.relay.openCount == 1)
  }

  private func send(_ fd: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { InternetSocket.write(fd, $0) }
  }

  private func receive(_ fd: Int32) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
      InternetSocket.receive(fd, into: buffer).map { received in
        String(decoding: buffer[..<received.count], as: UTF8.self)
      }
    }
  }

  /// Sends every waiting datagram back; returns how many.
  private func echo(_ fd: Int32) -> Int {
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
      var count = 0
      while let (size, sender) = InternetSocket.receive(fd, into: buffer) {
        InternetSocket.send(fd, UnsafeRawBufferPointer(rebasing: buffer[..<size]), to: sender)
        count += 1
      }
      return count
    }
  }
}
