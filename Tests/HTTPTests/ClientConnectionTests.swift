import Glibc
import Linux
import Support
import Testing

@testable import HTTP

@Suite("The client that waits")
struct ClientConnectionTests {
  /// A server on a TCP port that the kernel chose, and its address.
  private func start() throws -> (server: HTTPServer, origin: HTTPOrigin) {
    let routes = TestServer.routes(Log())
    let server = try HTTPServer.start(
      on: [try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))], HTTPServer.Configuration()
    ) { try await routes.respond(to: $0) }
    guard case .tcp(_, let port)? = server.addresses.first,
      let origin = HTTPOrigin("http://127.0.0.1:\(port)")
    else { throw SyscallError("listen", "127.0.0.1", errno: EADDRNOTAVAIL) }
    return (server, origin)
  }

  @Test("sends one request after the other over a connection, whatever frames their answers")
  func requests() throws {
    let (server, origin) = try start()
    defer { server.stop(grace: 0) }
    let client = try ClientConnection(origin, trust: ClientTrust())
    for _ in 0..<3 {
      let head = try client.send("GET", "/hello/a")
      #expect(head.status == 200 && !client.isIdle)
      #expect(try String(decoding: client.readAll(), as: UTF8.self) == "hello a\n")
      #expect(client.isIdle)
      // In chunks, as it is not known how long it will be.
      #expect(try client.send("GET", "/count/20000")["transfer-encoding"] == "chunked")
      let text = try String(decoding: client.readAll(), as: UTF8.self)
      #expect(text.split(separator: "\n").count == 20000 && text.hasSuffix("19999\n"))
      #expect(try client.send("POST", "/echo", body: Array("body".utf8)).status == 200)
      #expect(try client.readAll() == Array("body".utf8))
      #expect(try client.send("GET", "/nothing").status == 404)
      _ = try client.readAll()
    }
  }

  @Test("an answer that breaks off is an error, not a short answer")
  func broken() throws {
    let (server, origin) = try start()
    defer { server.stop(grace: 0) }
    let client = try ClientConnection(origin, trust: ClientTrust())
    _ = try client.send("GET", "/break")
    #expect(throws: (any Error).self) { try client.readAll() }
  }

  @Test("a WebSocket carries messages of all sizes both ways")
  func webSocket() throws {
    let (server, origin) = try start()
    defer { server.stop(grace: 0) }
    let client = try ClientConnection(origin, trust: ClientTrust())
    let (socket, head) = try client.upgrade("/socket", headers: [], protocols: ["v4", "v9"])
    let open = try #require(socket, "\(head)")
    #expect(open.chosen == "v4")
    func next() throws -> [UInt8]? {
      while let message = try open.receive(timeout: 60_000) {
        if !message.isEmpty { return message }
      }
      return nil
    }
    #expect(try next() == Array("chosen v4".utf8))
    for size in [1, 125, 126, 65535, 65536, 300_000] {
      let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
      try open.send(message)
      #expect(try next() == message)
    }
    try open.ping()
    try open.send([7])
    #expect(try next() == [7])
    open.close()
    #expect(try next() == nil)
  }

  @Test("where there is no WebSocket, the answer can be read")
  func refused() throws {
    let (server, origin) = try start()
    defer { server.stop(grace: 0) }
    let client = try ClientConnection(origin, trust: ClientTrust())
    let (socket, head) = try client.upgrade("/hello/x", headers: [], protocols: ["v4"])
    #expect(socket == nil && head.status == 200)
    #expect(try client.readAll() == Array("hello x\n".utf8))
  }

  @Test("a port where nobody listens refuses the connection")
  func nobody() throws {
    let (server, origin) = try start()
    server.stop(grace: 0)
    #expect(throws: SyscallError.self) { try ClientStream(origin, trust: ClientTrust()) }
  }
}
