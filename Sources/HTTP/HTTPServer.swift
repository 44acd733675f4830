// The server that the APIs share: Docker's Engine API, the registry, the Kubernetes API, the
// dashboard. It speaks HTTP/1.1 and hands each request to one function; everything else (routes,
// forms of errors, who may do what) belongs to the API.
//
// Next: Server/HTTPConnection.swift, Router.swift, ByteStream.swift.

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Support
import Synchronization

/// A running server. It lives until `stop`.
package final class HTTPServer: Sendable {
  package typealias Handler = @Sendable (HTTPRequest) async throws -> HTTPResponse

  /// How a server treats its clients.
  package struct Configuration: Sendable {
    package var limits = ServerLimits()
    /// Makes a response of whatever went wrong: what a handler throws, and (with no request) what the
    /// server itself refuses. It must answer with bytes.
    package var failure: @Sendable (any Error, HTTPRequest?) -> HTTPResponse =
      HTTPServer.plainFailure
    /// TLS on the TCP sockets; Unix sockets never have it.
    package var tls: TLSIdentity?
    /// Threads that move bytes.
    package var threads = 1

    package init() {}
  }

  /// Where it listens.
  package let addresses: [ListenAddress]
  private let core: ServerCore
  private let group: MultiThreadedEventLoopGroup
  private let listeners: [any Channel]
  private let files: [String]
  private let hasStopped = Mutex(false)

  /// Starts serving on `sockets`, which belong to the server from now on.
  ///
  /// - Throws: `DklabError` for a TLS identity that cannot be used.
  package static func start(
    on sockets: [ListeningSocket], _ configuration: Configuration = Configuration(),
    handler: @escaping Handler
  ) throws -> HTTPServer {
    // A client that has gone is an error number, not a signal.
    signal(SIGPIPE, SIG_IGN)
    let core = ServerCore(configuration: configuration, handler: handler)
    let tls = try configuration.tls?.context()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
    do {
      let listeners = try sockets.map { socket in
        var isUnix = false
        if case .unix = socket.address { isUnix = true }
        let context = isUnix ? nil : tls
        return try ServerBootstrap(group: group)
          .serverChannelOption(.maxMessagesPerRead, value: 16)
          .childChannelOption(.allowRemoteHalfClosure, value: true)
          .childChannelOption(.autoRead, value: false)
          .childChannelInitializer { channel in core.set(up: channel, tls: context) }
          .withBoundSocket(socket.descriptor).wait()
      }
      return HTTPServer(
        core: core, group: group, listeners: listeners, addresses: sockets.map(\.address),
        files: sockets.compactMap(\.file))
    } catch {
      group.shutdownGracefully { _ in }
      throw error
    }
  }

  private init(
    core: ServerCore, group: MultiThreadedEventLoopGroup, listeners: [any Channel],
    addresses: [ListenAddress], files: [String]
  ) {
    self.core = core
    self.group = group
    self.listeners = listeners
    self.addresses = addresses
    self.files = files
  }

  /// Open connections at this moment.
  package var connectionCount: Int { core.connections.withLock { $0.count } }

  /// Takes no more connections, lets what is being answered come to its end for at most `grace`
  /// seconds, then breaks off. Waits until all threads have ended, so call it from a thread that may
  /// wait. Stopping again does nothing.
  package func stop(grace: Double = 5) {
    let isFirst = hasStopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    guard isFirst else { return }
    for listener in listeners { try? listener.close().wait() }
    for file in files { unlink(file) }
    core.stop()
    let deadline = NIODeadline.now() + .milliseconds(Int64(grace * 1000))
    while connectionCount > 0, NIODeadline.now() < deadline { usleep(5000) }
    core.closeAll()
    // Handlers that have lost their client come to their end on the threads that now end.
    let last = NIODeadline.now() + .seconds(5)
    while core.running.withLock({ $0 }) > 0 {
      // One that waits for something else keeps them; the process ends without it.
      guard NIODeadline.now() < last else { return }
      usleep(1000)
    }
    try? group.syncShutdownGracefully()
  }

  /// Plain text, as servers answer that have no form of their own.
  package static func plainFailure(_ error: any Error, _ request: HTTPRequest?) -> HTTPResponse {
    switch error {
    case let failure as HTTPFailure: return failure.response
    case let error as DklabError:
      return HTTPResponse(error.code.httpStatus, text: "\(error)\n")
    default: return HTTPResponse(.internalServerError, text: "internal error: \(error)\n")
    }
  }
}

extension ErrorCode {
  /// The status an HTTP API answers with.
  package var httpStatus: HTTPStatus {
    switch self {
    case .notFound: .notFound
    case .exists, .conflict: .conflict
    case .invalid: .badRequest
    case .unsupported: .notImplemented
    case .denied: .forbidden
    case .timeout: .gatewayTimeout
    case .unavailable: .serviceUnavailable
    case .internal: .internalServerError
    }
  }
}
