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
