import Glibc
import Linux
import Support
import Testing

@testable import HTTP

@Suite("The HTTP server")
struct HTTPServerTests {
  @Test("serves one request after the other on a connection, and knows who wants it closed")
  func keepAlive() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n")
    try client.read(until: "hello a\n")
    try client.send("GET /hello/%C3%A9%2Fb HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    let text = try client.read()
    #expect(text.hasSuffix("hello é/b\n"))
    #expect(text.components("HTTP/1.1 200 OK\r\n") == 2)
    #expect(text.components("Connection: close") == 1)
  }

  @Test("answers requests that were sent ahead, in their order")
  func pipelined() throws {
    let server = try TestServer()
    let text = try RawClient.exchange(
      server,
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\noneGET /count/3 HTTP/1.1\r\nHost: x"
        + "\r\n\r\nGET /hello/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(text.contains("\r\n\r\noneHTTP/1.1 200 OK\r\n"))
    #expect(text.contains("\r\n\r\n2\r\n0\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n0\r\n\r\nHTTP/1.1 200"))
    #expect(text.hasSuffix("hello last\n"))
  }

  @Test("sends lengths or chunks, none of them after HEAD, and the connection's end to HTTP/1.0")
  func framing() throws {
    let server = try TestServer()
    let head = try RawClient.exchange(
      server, "HEAD /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(head.contains("Content-Length: 8\r\n"))
    #expect(head.hasSuffix("\r\n\r\n"))
    let old = try RawClient.exchange(server, "GET /count/2 HTTP/1.0\r\n\r\n")
    #expect(!old.contains("chunked"))
    #expect(old.hasSuffix("\r\n\r\n0\n1\n"))
  }

  /// Requests by a name, since some of them are long.
  private static let refused: [String: (status: Int, request: String)] = [
    "no HTTP": (400, "\u{16}\u{3}\u{1} nonsense\r\n\r\n"),
    "no host": (400, "GET / HTTP/1.1\r\n\r\n"),
    "two hosts": (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    "no such path": (404, "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    "no such method": (405, "PUT /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    "bad escape": (400, "GET /hello/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    "handler's error": (409, "GET /fail HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    "bad length": (400, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
    "two framings": (
      400,
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
    "long target": (
      414, "GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"
    ),
    "many fields": (
      431, "GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n"
    ),
    "long field": (
      431, "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 100_000) + "\r\n\r\n"
    ),
  ]

  @Test("refuses what it does not understand, and closes", arguments: refused.keys.sorted())
  func refusals(_ name: String) throws {
    let (status, request) = try #require(HTTPServerTests.refused[name])
    let text = try TestServer.exchange(request)
    #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
  }

  @Test("a body that is too large is refused, and the refusal arrives though nobody reads the rest")
  func tooLarge() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    let piece = String(repeating: "x", count: 64 << 10)
    for _ in 0..<40 { try? client.send(piece) }
    #expect(try client.read().hasPrefix("HTTP/1.1 413 "))
    var second = try RawClient(server)
    try second.send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
    #expect(try second.read().hasSuffix("ignored\n"))
  }

  @Test("a client that asks whether to go on is told to when the body is wanted")
  func expectations() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
        + "Connection: close\r\n\r\n")
    try client.read(until: "HTTP/1.1 100 Continue\r\n\r\n")
    try client.send("ok")
    #expect(try client.read().hasSuffix("\r\n\r\nok"))
  }

  @Test("half a body is noticed: the handler fails, nothing hangs")
  func halfBody() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    client.endOutput()
    let text = try client.read()
    #expect(text.isEmpty || !text.contains("200 OK"))
  }

  @Test("slow clients lose their connection: without a header, and without the rest of a body")
  func slow() throws {
    let server = try TestServer {
      $0.limits.idle = 1
      $0.limits.body = 1
    }
    #expect(try RawClient.exchange(server, "GET /hello/a HT") == "")
    let text = try RawClient.exchange(
      server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    #expect(text.hasPrefix("HTTP/1.1 408 "))
  }

  @Test("a response that breaks in the middle has no proper end")
  func broken() throws {
    let text = try TestServer.exchange(
      "GET /break HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(text.hasSuffix("beginning\r\n"))
  }

  @Test("a stream ends when its client goes, and half a goodbye is enough")
  func goneClient() throws {
    for isHalf in [true, false] {
      let server = try TestServer()
      do {
        var client = try RawClient(server)
        try client.send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
        try client.read(until: "\r\n\r\n")
        if isHalf {
          client.endOutput()
          #expect(server.log.contains("ended"))
        }
      }
      #expect(server.log.contains("ended"))
    }
  }

  @Test("a short answer reaches a client that has already ended its side")
  func halfClosedRequest() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send("GET /hello/nc HTTP/1.1\r\nHost: x\r\n\r\n")
    client.endOutput()
    #expect(try client.read().hasSuffix("hello nc\n"))
  }

  @Test("a slow reader holds the handler back instead of filling memory, and gets every byte")
  func slowReader() throws {
    let server = try TestServer()
    var client = try RawClient(server)
    try client.send("GET /count/60000 HTTP/1.0\r\n\r\n")
    usleep(100_000)
    let lines = try client.read().split(separator: "\n")
    #expect(lines.last == "59999")
  }

  @Test("stopping lets an answer come to its end and refuses new connections")
  func stop() throws {
    let server = try TestServer()
    var idle = try RawClient(server)
    var busy = try RawClient(server)
    try busy.send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
    try busy.read(until: "\r\n\r\n")
    #expect(access(server.path, F_OK) == 0)
    server.server.stop(grace: 0.1)
    #expect(try idle.read() == "")
    #expect(!(try busy.read()).hasSuffix("0\r\n\r\n"))
    #expect(server.server.connectionCount == 0)
    #expect(access(server.path, F_OK) != 0)
    #expect(server.log.contains("ended"))
  }

  @Test("curl agrees", .enabled(if: access("/usr/bin/curl", X_OK) == 0, "needs curl"))
  func curl() throws {
    let server = try TestServer()
    func curl(_ arguments: String...) throws -> String {
      try BoundedProgram.run(
        ["curl", "-sS", "--max-time", "30", "--unix-socket", server.path] + arguments,
        environment: ["PATH": "/usr/bin:/bin"], folder: "/", timeout: 60_000, limit: 1 << 22
      ).output
    }
    #expect(try curl("http://x/hello/curl", "http://x/count/2") == "hello curl\n0\n1\n")
    #expect(try curl("http://x/images/registry.local:5000/a/b/json") == "registry.local:5000/a/b")
    #expect(try curl("-I", "http://x/hello/curl").contains("Content-Length: 11"))
    let big = String(repeating: "0123456789", count: 60_000)
    try File.replace(server.path + ".body", big)
    defer { unlink(server.path + ".body") }
    for extra in [[], ["-H", "Transfer-Encoding: chunked"]] {
      let result = try BoundedProgram.run(
        ["curl", "-sS", "--unix-socket", server.path, "--data-binary", "@\(server.path).body"]
          + extra + ["http://x/echo"], environment: ["PATH": "/usr/bin:/bin"], folder: "/",
        timeout: 60_000, limit: 1 << 22)
      #expect(result.output == big)
    }
  }
}

extension String {
  /// How often `part` stands in it.
  func components(_ part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let found = rest.firstRange(of: part) {
      count += 1
      rest = rest[found.upperBound...]
    }
    return count
  }
}
