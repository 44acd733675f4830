import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// What the connections of one server share.
final class ServerCore: Sendable {
  let configuration: HTTPServer.Configuration
  let handler: HTTPServer.Handler
  let connections = Mutex<[ObjectIdentifier: any Channel]>([:])
  private let stopping = Mutex(false)
  /// Requests that are being answered.
  let running = Mutex(0)

  init(configuration: HTTPServer.Configuration, handler: @escaping HTTPServer.Handler) {
    self.configuration = configuration
    self.handler = handler
  }

  var limits: ServerLimits { configuration.limits }
  var isStopping: Bool { stopping.withLock { $0 } }

  /// Answers one request to the end of its response.
  func serve(_ request: HTTPRequest, _ exchange: Exchange) async {
    running.withLock { $0 += 1 }
    await exchange.send(await respond(to: request))
    running.withLock { $0 -= 1 }
  }

  /// Answers one request; whatever is thrown becomes a response.
  func respond(to request: HTTPRequest) async -> HTTPResponse {
    do {
      return try await handler(request)
    } catch {
      return configuration.failure(error, request)
    }
  }

  /// Why a request is not even looked at; nil when it is.
  func refusal(of head: HTTPRequestHead) -> HTTPFailure? {
    if head.headers.count > limits.headerFields {
      return HTTPFailure(.requestHeaderFieldsTooLarge, "too many header fields")
    }
    if head.uri.utf8.count > limits.target {
      return HTTPFailure(.uriTooLong, "request target too long")
    }
    let hosts = head.headers[canonicalForm: "host"].count
    if hosts > 1 || (hosts == 0 && head.version == .http1_1) {
      return HTTPFailure(.badRequest, "missing required Host header")
    }
    return nil
  }

  /// The pipeline of a new connection.
  func set(up channel: any Channel, tls: NIOSSLContext?) -> EventLoopFuture<Void> {
    let tooMany = connections.withLock { connections in
      guard connections.count < limits.connections else { return true }
      connections[ObjectIdentifier(channel)] = channel
      return false
    }
    guard !tooMany else { return channel.close() }
    channel.closeFuture.whenComplete { [self] _ in
      _ = connections.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
      try pipeline.addHandler(
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)))
      var client = HTTPClientIdentity()
      if let address = channel.remoteAddress, let ip = address.ipAddress, let port = address.port {
        client.address = ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
      }
      try pipeline.addHandler(HTTPConnection(server: self, client: client))
    }
  }

  /// Idle connections end; busy ones after their response.
  func stop() {
    stopping.withLock { $0 = true }
    for channel in connections.withLock({ Array($0.values) }) {
      channel.eventLoop.execute {
        try? channel.pipeline.syncOperations.handler(type: HTTPConnection.self).stop()
      }
    }
  }

  func closeAll() {
    for channel in connections.withLock({ Array($0.values) }) { channel.close(promise: nil) }
  }
}
