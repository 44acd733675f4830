import Glibc
import Linux
import Support
import Testing

@testable import HTTP

@Suite("A client and a bad server")
struct ClientLimitsTests {
  private let origin: HTTPOrigin

  init() throws {
    origin = try #require(HTTPOrigin("http://server.example:80"))
  }

  /// Two ends of a connection.
  private static func pair() throws -> (client: Int32, server: Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw SyscallError("socketpair", "", errno: errno)
    }
    return (ends[0], ends[1])
  }

  @Test("a length that is none is an error", arguments: ["-1", "+5", "5x", "99999999999999999999"])
  func length(text: String) throws {
    let (ours, theirs) = try Self.pair()
    let server = FileDescriptor(owning: theirs)
    try writeAll(server.number, "HTTP/1.1 200 OK\r\nContent-Length: \(text)\r\n\r\nhello")
    let stream = try ClientStream(
      over: FileDescriptor(owning: ours), to: origin.host, port: 80, isSecure: false)
    let connection = ClientConnection(origin, stream)
    let error = #expect(throws: SyscallError.self) { try connection.send("GET", "/") }
    #expect(error?.errno == EPROTO)
    _ = server.number
  }

  @Test(
    "an answer that is none is an error at once",
    arguments: ["HTTP/1.1 99 no", "HTTP/1.1 1000 no", "HTTP/1.1 -200 no", "HTTP/1.1 x", "SSH-2.0"])
  func status(line: String) throws {
    let (ours, theirs) = try Self.pair()
    let server = FileDescriptor(owning: theirs)
    try writeAll(server.number, "\(line)\r\n\r\n")
    let stream = try ClientStream(
      over: FileDescriptor(owning: ours), to: origin.host, port: 80, isSecure: false)
    let connection = ClientConnection(origin, stream)
    let error = #expect(throws: SyscallError.self) { try connection.send("GET", "/") }
    #expect(error?.errno == EPROTO)
    _ = server.number
  }

  @Test("nothing is sent that would end its line")
  func controlCharacters() throws {
    let (ours, theirs) = try Self.pair()
    let server = FileDescriptor(owning: theirs)
    let stream = try ClientStream(
      over: FileDescriptor(owning: ours), to: origin.host, port: 80, isSecure: false)
    let connection = ClientConnection(origin, stream)
    let wrong: [(target: String, name: String, value: String)] = [
      ("/\r\nA: b", "C", "d"), ("/\u{7f}", "C", "d"), ("/", "C\n", "d"), ("/", "C\t", "d"),
      ("/", "C", "d\r\nE: f"), ("/", "C", "\u{0}"),
    ]
    for (target, name, value) in wrong {
      let error = #expect(throws: SyscallError.self) {
        try connection.send("GET", target, headers: [(name, value)])
      }
      #expect(error?.errno == EINVAL)
    }
    try writeAll(server.number, "HTTP/1.1 204 No Content\r\n\r\n")
    #expect(try connection.send("GET", "/", headers: [("C", "d\té")]).status == 204)
    _ = server.number
  }

  @Test("a trailer that does not come is waited for no longer than anything else")
  func trailer() throws {
    let (ours, theirs) = try Self.pair()
    let server = FileDescriptor(owning: theirs)
    try writeAll(
      server.number, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n")
    let stream = try ClientStream(
      over: FileDescriptor(owning: ours), to: origin.host, port: 80, isSecure: false)
    let connection = ClientConnection(origin, stream)
    _ = try connection.send("GET", "/")
    #expect(try connection.readBody(timeout: 10) == Array("a".utf8))
    #expect(try connection.readBody(timeout: 10) == [])
    #expect(try connection.readBody(timeout: 10) == [] && !connection.isIdle)
    try writeAll(server.number, "\r\n")
    #expect(try connection.readBody(timeout: 10_000) == nil && connection.isIdle)
    _ = server.number
  }

  @Test("an answer beyond the limit is an error, one within it is not")
  func limit() throws {
    for (limit, isFine) in [(5, true), (4, false)] {
      let (ours, theirs) = try Self.pair()
      let server = FileDescriptor(owning: theirs)
      try writeAll(server.number, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
      let stream = try ClientStream(
        over: FileDescriptor(owning: ours), to: origin.host, port: 80, isSecure: false)
      let connection = ClientConnection(origin, stream)
      _ = try connection.send("GET", "/")
      if isFine {
        #expect(try connection.readAll(limit: limit) == Array("hello".utf8))
      } else {
        let error = #expect(throws: SyscallError.self) { try connection.readAll(limit: limit) }
        #expect(error?.errno == EMSGSIZE)
      }
      _ = server.number
    }
  }

  @Test("a server that takes nothing is given up at the deadline")
  func write() throws {
    let (ours, theirs) = try Self.pair()
    let server = FileDescriptor(owning: theirs)
    let stream = try ClientStream(
      connecting: ours, to: SocketAddress(.v4(.loopback), port: 80), origin, trust: ClientTrust(),
      deadline: monotonicMilliseconds() + 300)
    let error = #expect(throws: SyscallError.self) {
      try stream.write([UInt8](repeating: 0, count: 32 << 20))
    }
    #expect(error?.errno == ETIMEDOUT)
    _ = server.number
  }

  @Test("so is a proxy that says nothing")
  func proxy() throws {
    let listener = try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))
    guard case .tcp(_, let port) = listener.address else { return }
    let target = try #require(HTTPOrigin("https://server.example:443"))
    let settings = ProxySettings { $0 == "https_proxy" ? "http://127.0.0.1:\(port)" : nil }
    let error = #expect(throws: SyscallError.self) {
      try ClientStream(
        target, trust: ClientTrust(), deadline: monotonicMilliseconds() + 300, proxies: settings)
    }
    #expect(error?.errno == ETIMEDOUT)
    close(listener.descriptor)
  }
}
