import Glibc
import Linux
import Support
import Testing

@testable import Networks

@Suite struct PortRelayTests {
  @Test("bytes go both ways, and a quiet relay has nothing to do")
  func bothWays() throws {
    let bench = try RelayBench()
    let client = try bench.connect()
    let server = try bench.accept()
    _ = RelayBench.fill(client.number, Array("ping".utf8)[...])
    #expect(try bench.read(server.number, count: 4) == Array("ping".utf8))
    _ = RelayBench.fill(server.number, Array("pong!".utf8)[...])
    #expect(try bench.read(client.number, count: 5) == Array("pong!".utf8))
    #expect(try bench.step(wait: 0) == false)
    #expect(bench.relay.nextDeadline == nil)
    #expect(bench.relay.openCount == 1)
  }

  @Test("one direction can end while the other goes on")
  func halfClose() throws {
    let bench = try RelayBench()
    let client = try bench.connect()
    let server = try bench.accept()
    _ = RelayBench.fill(client.number, Array("question".utf8)[...])
    InternetSocket.endOutput(client.number)
    #expect(try bench.read(server.number) == Array("question".utf8))
    #expect(bench.relay.openCount == 1)
    _ = RelayBench.fill(server.number, Array("answer".utf8)[...])
    #expect(try bench.read(client.number, count: 6) == Array("answer".utf8))
    InternetSocket.endOutput(server.number)
    #expect(try bench.read(client.number) == [])
    try bench.until { bench.relay.openCount == 0 }
  }

  @Test("tens of megabytes pass unchanged in both directions at once")
  func bigTransfer() throws {
    let bench = try RelayBench()
    let client = try bench.connect()
    let server = try bench.accept()
    let upload = RelayBench.pattern(24 << 20, seed: 1)
    let download = RelayBench.pattern(24 << 20, seed: 2)
    var (sent, answered) = (0, 0)
    var (atServer, atClient): ([UInt8], [UInt8]) = ([], [])
    try bench.until {
      sent += RelayBench.fill(client.number, upload[sent...])
      answered += RelayBench.fill(server.number, download[answered...])
      _ = try RelayBench.drain(server.number, into: &atServer)
      _ = try RelayBench.drain(client.number, into: &atClient)
      return atServer.count == upload.count && atClient.count == download.count
    }
    #expect(atServer == upload)
    #expect(atClient == download)
  }

  @Test("a slow reader slows the writer down instead of filling memory")
  func backPressure() throws {
    let bench = try RelayBench()
    let client = try bench.connect()
    let server = try bench.accept()
    let data = RelayBench.pattern(64 << 20)
    var sent = 0
    // Until the client cannot write and the relay has nothing to do.
    while true {
      let count = RelayBench.fill(client.number, data[sent...])
      sent += count
      let isQuiet = try !bench.step(wait: 200) && count == 0
      if isQuiet || sent == data.count { break }
    }
    #expect(sent < 40 << 20, "what the kernel's four socket buffers hold, and no more")
    var received: [UInt8] = []
    try bench.until {
      sent += RelayBench.fill(client.number, data[sent...])
      if sent == data.count { InternetSocket.endOutput(client.number) }
      return try RelayBench.drain(server.number, into: &received)
    }
    #expect(received == data)
  }

  @Test("when nobody listens in the container, the client is reset")
  func refused() throws {
    let bench = try RelayBench()
    bench.closeServer()
    let client = try bench.connect()
    let error = try #require(throws: SyscallError.self) { try bench.read(client.number) }
    #expect(error.errno == ECONNRESET)
    #expect(bench.relay.openCount == 0)
  }

  @Test("a reset on one side becomes a reset on the other")
  func reset() throws {
    let bench = try RelayBench()
    let client = try bench.connect()
    do {
      let server = try bench.accept()
      InternetSocket.resetOnClose(server.number)
    }
    let error = try #require(throws: SyscallError.self) { try bench.read(client.number) }
    #expect(error.errno == ECONNRESET)
    #expect(bench.relay.openCount == 0)
  }

  @Test("a hundred clients at once each get their own bytes back")
  func manyClients() throws {
    let bench = try RelayBench()
    var clients: [Int32] = []
    var servers: [Int32] = []
    defer { (clients + servers).forEach { close($0) } }
    for _ in 0..<100 { clients.append(try bench.connect().release()) }
    for _ in 0..<100 { servers.append(try bench.accept().release()) }
    #expect(bench.relay.openCount == 100)
    for (index, client) in clients.enumerated() {
      _ = RelayBench.fill(client, RelayBench.pattern(10_000, seed: UInt64(index + 1))[...])
      InternetSocket.endOutput(client)
    }
    // The server echoes what it reads, whichever connection it is.
    for server in servers {
      let bytes = try bench.read(server)
      #expect(RelayBench.fill(server, bytes[...]) == 10_000)
      InternetSocket.endOutput(server)
    }
    for (index, client) in clients.enumerated() {
      #expect(try bench.read(client) == RelayBench.pattern(10_000, seed: UInt64(index + 1)))
    }
    try bench.until { bench.relay.openCount == 0 }
  }

  @Test("clients wait while the container is away, and are served when it is back")
  func retarget() throws {
    let bench = try RelayBench(serving: false)
    let client = try bench.connect()
    _ = RelayBench.fill(client.number, Array("early".utf8)[...])
    #expect(try bench.step(wait: 0) == false)
    bench.relay.setTarget(bench.address)
    let server = try bench.accept()
    #expect(try bench.read(server.number, count: 5) == Array("early".utf8))
    bench.relay.setTarget(nil)
    #expect(bench.relay.openCount == 0)
    #expect(try bench.read(server.number) == [])
  }

  @Test("the listening sockets are closed with the relay")
  func closing() throws {
    let bench = try RelayBench()
    bench.relay.close()
    let client = try bench.connect()
    #expect(InternetSocket.pendingError(client.number) == ECONNREFUSED)
  }
}
