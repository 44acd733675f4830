import Glibc
import Linux
import Synchronization
import Testing

/// An HTTP server that says what a test wants it to, on a free port of 127.0.0.1: for what no decent
/// registry does.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    var method: String
    /// With the query.
    var path: String
    var headers: [String: String]
    var body: [UInt8]
  }

  struct Answer: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// Closes the connection after so many bytes of the body.
    var cut: Int?
    /// Called after half of the body has been sent: what it waits for, the rest waits for.
    var pause: (@Sendable () -> Void)?
  }

  let port: UInt16
  private let listener: Int32
  private let handler: @Sendable (Request) -> Answer
  private let seen = Mutex<[Request]>([])

  init(_ handler: @escaping @Sendable (Request) -> Answer) throws {
    signal(SIGPIPE, SIG_IGN)
    let address = SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: 0)
    let socket = try InternetSocket.bind(.stream, address)
    port = try #require(SocketAddress(of: socket.number)).port
    listener = socket.release()
    self.handler = handler
    start { server in server.accept() }
  }

  /// What has been asked so far.
  var requests: [Request] { seen.withLock { $0 } }

  /// `127.0.0.1:PORT`.
  var name: String { "127.0.0.1:\(port)" }

  /// Ends the server: a server that nobody closes lives as long as the test process.
  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private final class Errand {
    let server: ScriptedServer
    let body: (ScriptedServer) -> Void
    init(_ server: ScriptedServer, _ body: @escaping (ScriptedServer) -> Void) {
      (self.server, self.body) = (server, body)
    }
  }

  private func start(_ body: @escaping (ScriptedServer) -> Void) {
    var thread = pthread_t()
    let errand = Unmanaged.passRetained(Errand(self, body))
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let errand = Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue()
        errand.body(errand.server)
        return nil
      }, errand.toOpaque())
    pthread_detach(thread)
  }

  private func accept() {
    while true {
      var entries = [PollEntry(fd: listener, events: .readable)]
      guard (try? pollDescriptors(&entries, timeout: -1)) != nil else { return }
      if entries[0].ready.contains(.hangUp) { return }
      guard let socket = (try? InternetSocket.accept(listener)) ?? nil else { continue }
      let number = socket.release()
      try? setNonBlocking(number, false)
      start { server in
        while server.serve(number) {}
        Glibc.close(number)
      }
    }
  }

  /// One request of a connection; false when the connection is over.
  private func serve(_ socket: Int32) -> Bool {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard bytes.count < 64 << 10, recv(socket, &byte, 1, 0) == 1 else { return false }
      // The first byte of a TLS hello: this server speaks plainly, and says so by hanging up.
      if bytes.isEmpty, byte == 0x16 { return false }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return false }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    var body = [UInt8](repeating: 0, count: Int(headers["content-length"] ?? "0") ?? 0)
    var filled = 0
    while filled < body.count {
      let count = body.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress?.advanced(by: filled), $0.count - filled, 0)
      }
      guard count > 0 else { return false }
      filled += count
    }
    let request = Request(
      method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    seen.withLock { $0.append(request) }
    return deliver(handler(request), isHead: request.method == "HEAD", socket)
  }

  private func deliver(_ answer: Answer, isHead: Bool, _ socket: Int32) -> Bool {
    var head = "HTTP/1.1 \(answer.status) X\r\n"
    for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
    if !answer.headers.contains(where: { $0.0 == "Content-Length" }) {
      head += "Content-Length: \(answer.body.count)\r\n"
    }
    let body = isHead ? [] : Array(answer.body.prefix(answer.cut ?? answer.body.count))
    let half = answer.pause == nil ? body.count : body.count / 2
    let all = Array((head + "\r\n").utf8) + body[..<half]
    guard (try? all.withUnsafeBytes({ try writeAll(socket, $0) })) != nil else { return false }
    if let pause = answer.pause {
      pause()
      let rest = Array(body[half...])
      guard (try? rest.withUnsafeBytes({ try writeAll(socket, $0) })) != nil else { return false }
    }
    return answer.cut == nil
  }
}
