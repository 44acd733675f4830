import Glibc
import Linux
import Testing

@testable import HTTP

@Suite("A connection that stops being HTTP")
struct TakeOverTests {
  private let upgrade =
    "POST /raw HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}"

  @Test("passes both directions on, and the end of one is not the end of the other")
  func halfClose() throws {
    let server = try TestServer()
    defer { withExtendedLifetime(server) {} }
    var client = try RawClient(server)
    try client.send(upgrade)
    let head = try client.read(until: "ready\n")
    #expect(
      head
        == "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nready\n")
    try client.send("ping")
    try client.read(until: "ping")
    client.endOutput()
    #expect(try client.read().hasSuffix("pingend after 4\n"))
  }

  @Test("what was sent ahead of the answer is not lost")
  func early() throws {
    let server = try TestServer()
    defer { withExtendedLifetime(server) {} }
    var client = try RawClient(server)
    try client.send(upgrade + "early")
    try client.read(until: "early")
    client.endOutput()
    #expect(try client.read().hasSuffix("end after 5\n"))
  }

  @Test("much input waits for its reader and arrives whole")
  func much() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send(upgrade)
    try client.read(until: "ready\n")
    let piece = String(repeating: "y", count: 32 << 10)
    let start = client.received.count
    for round in 1...100 {
      try client.send(piece)
      // What comes back must be taken, or both sides would wait.
      try client.read(count: start + round * (32 << 10))
    }
    client.endOutput()
    #expect(try client.read().hasSuffix("end after \(100 * (32 << 10))\n"))
  }

  @Test("a WebSocket: its handshake, fragments, pings and its end")
  func webSocket() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    // The key and its answer are those of RFC 6455, section 1.3.
    try client.send(
      "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Protocol: v3, v4\r\n\r\n")
    let head = try client.read(until: "chosen v4")
    #expect(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
    #expect(head.contains("Sec-WebSocket-Protocol: v4\r\n"))
    // Masked with zeros: "Hel", "lo" in two frames with a ping between, and the goodbye.
    try client.sendFrame(0x01, "Hel")
    try client.sendFrame(0x89, "hi")
    try client.sendFrame(0x80, "lo")
    try client.read(until: "Hello")
    #expect(try client.read(until: "Hello").contains("hi"))
    try client.sendFrame(0x88, "")
    _ = try client.read()
    #expect(server.log.contains("closed"))
  }

  @Test("a malformed handshake is refused")
  func handshake() throws {
    let text = try TestServer.exchange(
      "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 400 "))
  }
}
