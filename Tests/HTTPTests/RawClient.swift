import Glibc
import Linux
import Synchronization
import Testing

@testable import HTTP

/// A client that sends exactly the bytes it is told to.
struct RawClient: ~Copyable {
  private let socket: FileDescriptor
  private(set) var received: [UInt8] = []

  init(_ server: TestServer) throws {
    socket = try UnixSocket.connect(to: server.path)
  }

  func send(_ text: String) throws { try writeAll(socket.number, text) }

  /// One WebSocket frame, masked with zeros: flags and opcode, then at most 125 bytes.
  func sendFrame(_ first: UInt8, _ text: String) throws {
    let frame = [first, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8)
    try frame.withUnsafeBytes { try writeAll(socket.number, $0) }
  }

  func endOutput() { shutdown(socket.number, Int32(SHUT_WR)) }

  /// Reads until `count` bytes have come in all.
  mutating func read(count: Int) throws {
    while received.count < count, try more() {}
  }

  /// Reads until `marker` has come, or to the end.
  @discardableResult
  mutating func read(until marker: String? = nil) throws -> String {
    while true {
      let text = String(decoding: received, as: UTF8.self)
      if let marker, text.contains(marker) { return text }
      guard try more() else { return text }
    }
  }

  /// The next bytes, for which half a minute must do; false at the end.
  private mutating func more() throws -> Bool {
    var entries = [PollEntry(fd: socket.number, events: .readable)]
    guard try pollDescriptors(&entries, timeout: 30_000) > 0 else {
      Issue.record("nothing came for 30 seconds; until now \(received.count) bytes")
      return false
    }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.read(socket.number, &buffer, buffer.count)
    guard count > 0 else { return false }
    received += buffer[..<count]
    return true
  }

  /// One exchange on a connection of its own: what came until the server closed.
  static func exchange(_ server: TestServer, _ text: String) throws -> String {
    var client = try RawClient(server)
    try client.send(text)
    return try client.read()
  }
}

/// A server on a socket of its own, with routes that show one ability each.
final class TestServer {
  let path = "/tmp/dklab-http-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
  let server: HTTPServer
  let log = Log()

  init(_ change: (inout HTTPServer.Configuration) -> Void = { _ in }) throws {
    var configuration = HTTPServer.Configuration()
    change(&configuration)
    let routes = TestServer.routes(log)
    server = try HTTPServer.start(
      on: [try ListeningSocket.open(.unix(path: path))], configuration
    ) { try await routes.respond(to: $0) }
  }

  deinit { server.stop(grace: 0) }

  /// One exchange with a server of its own.
  static func exchange(_ text: String) throws -> String {
    let server = try TestServer()
    return try withExtendedLifetime(server) { try RawClient.exchange(server, text) }
  }

  static func routes(_ log: Log) -> Router {
    var router = Router()
    router.on(.GET, "/hello/{name}") { HTTPResponse(text: "hello \($0.parameter("name"))\n") }
    router.on(.GET, "/images/{name...}/json") { HTTPResponse(text: $0.parameter("name")) }
    router.on(.POST, "/echo") { request in
      HTTPResponse(
        type: "application/octet-stream", bytes: try await request.body.collect(upTo: 1 << 20))
    }
    router.on(.POST, "/ignore") { _ in HTTPResponse(text: "ignored\n") }
    router.on(.GET, "/fail") { _ in throw HTTPFailure(.conflict, "it is so") }
    router.on(.GET, "/count/{n}") { request in
      let limit = Int(request.parameter("n")) ?? 0
      return HTTPResponse(
        body: .stream { stream in
          for number in 0..<limit { try await stream.write("\(number)\n") }
        })
    }
    router.on(.GET, "/break") { _ in
      HTTPResponse(
        body: .stream { stream in
          try await stream.write("beginning")
          throw HTTPFailure(.internalServerError, "broken")
        })
    }
    router.on(.GET, "/forever") { _ in
      HTTPResponse(
        body: .stream { stream in
          try await stream.flush()
          do {
            while true { try await Task.sleep(for: .seconds(3600)) }
          } catch {
            log.add("ended")
            throw error
          }
        })
    }
    router.on(.POST, "/raw") { request in
      _ = try await request.body.collect(upTo: 1000)
      return HTTPResponse(
        .switchingProtocols, headers: ["Connection": "Upgrade", "Upgrade": "tcp"],
        body: .takeOver { stream in
          try await stream.write(Array("ready\n".utf8))
          var count = 0
          while let bytes = try await stream.read() {
            count += bytes.count
            try await stream.write(bytes)
          }
          try await stream.write(Array("end after \(count)\n".utf8))
        })
    }
    router.on(.GET, "/socket") { request in
      try request.webSocket(protocols: ["v5", "v4"]) { socket, chosen in
        try await socket.send(.text("chosen \(chosen ?? "none")"))
        while let message = try await socket.receive() { try await socket.send(message) }
        log.add("closed")
      } ?? HTTPResponse(.badRequest, text: "not a WebSocket")
    }
    return router
  }
}

/// What handlers have told.
final class Log: Sendable {
  private let entries = Mutex<[String]>([])

  func add(_ entry: String) { entries.withLock { $0.append(entry) } }

  func contains(_ entry: String, within seconds: Int = 30) -> Bool {
    for _ in 0..<(seconds * 100) {
      if entries.withLock({ $0.contains(entry) }) { return true }
      usleep(10_000)
    }
    return false
  }
}
