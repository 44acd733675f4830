/// What a handler answers: a status, header fields, and one of several kinds of body.
package struct HTTPResponse: Sendable {
  package var status: HTTPStatus
  package var headers: HTTPHeaders
  package var body: Body

  /// What follows the header.
  package enum Body: Sendable {
    case bytes([UInt8])
    /// Pieces, each sent at once. Without a `Content-Length` they are chunks. The closure's end is
    /// the end of the response; when it throws, the connection breaks off, so that the client can
    /// tell that something is missing. When the client goes away its task is cancelled.
    case stream(@Sendable (ResponseStream) async throws -> Void)
    /// The connection stops being HTTP (upgrade, or Docker's hijack): the header is sent as it is,
    /// and from then on both directions belong to the closure. At its end the connection is closed.
    case takeOver(@Sendable (ByteStream) async throws -> Void)
    /// A WebSocket (RFC 6455). The header fields of the handshake are added.
    case webSocket(@Sendable (WebSocket) async throws -> Void)
  }

  package init(_ status: HTTPStatus = .ok, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A text, with its length and `text/plain`.
  package init(_ status: HTTPStatus = .ok, text: String) {
    self.init(
      status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8))
    )
  }

  /// Bytes with their type.
  package init(_ status: HTTPStatus = .ok, type: String, bytes: [UInt8]) {
    self.init(status, headers: ["Content-Type": type], body: .bytes(bytes))
  }
}
