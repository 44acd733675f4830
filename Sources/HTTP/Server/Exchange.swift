// One request and its response, seen from the task that answers. The task writes; the connection,
// which lives on an event loop, reads. They meet here.
//
// Next: HTTPConnection.swift.

import NIOCore
import Synchronization

/// The sending half of one exchange.
final class Exchange: Sendable {
  private enum Stage { case before, streaming(ResponseHead.Framing), over }

  let channel: any Channel
  private let connection: NIOLoopBound<HTTPConnection>
  private let request: RequestSummary
  /// The header of a stream that has not been sent: it goes out with the first piece.
  private let waitingHead = Mutex<ResponseHead?>(nil)
  private let stage = Mutex(Stage.before)

  init(channel: any Channel, connection: NIOLoopBound<HTTPConnection>, request: RequestSummary) {
    self.channel = channel
    self.connection = connection
    self.request = request
  }

  /// Sends `response` to its end and leaves the connection in the state that follows from it.
  func send(_ response: HTTPResponse) async {
    do {
      switch response.body {
      case .bytes(let bytes): try await sendBytes(response, bytes)
      case .stream(let body): try await sendStream(response, body)
      case .takeOver(let body):
        let stream = try await takeOver(response)
        try? await body(stream)
        await stream.close()
      case .webSocket(let body): try await sendWebSocket(response, body)
      }
    } catch {
      // The header is out, or the client has gone: there is nothing left to say.
      try? await channel.close()
    }
  }

  private func sendBytes(_ response: HTTPResponse, _ bytes: [UInt8]) async throws {
    var head = ResponseHead(response, to: request, length: bytes.count)
    head.keepsConnection = try await mayKeep(head.keepsConnection)
    var buffer = channel.allocator.buffer(capacity: 512 + bytes.count)
    head.write(to: &buffer, date: HTTPDate.text())
    if head.framing == .length { buffer.writeBytes(bytes) }
    try await channel.writeAndFlush(buffer)
    try await end(keep: head.keepsConnection)
  }

  private func sendStream(
    _ response: HTTPResponse, _ body: @Sendable (ResponseStream) async throws -> Void
  ) async throws {
    var head = ResponseHead(response, to: request, length: nil)
    head.keepsConnection = try await mayKeep(head.keepsConnection)
    waitingHead.withLock { $0 = head }
    stage.withLock { $0 = .streaming(head.framing) }
    if head.framing != .none {
      try await onLoop { $0.endsWithClient() }
      try await body(ResponseStream(exchange: self))
    }
    try await flushHead()
    stage.withLock { $0 = .over }
    if head.framing == .chunks { try await channel.writeAndFlush(ByteBuffer(string: "0\r\n\r\n")) }
    try await end(keep: head.keepsConnection)
  }

  /// Sends the header of a stream if it has not been sent.
  func flushHead() async throws {
    var buffer = ByteBuffer()
    guard takeHead(&buffer) else { return }
    try await channel.writeAndFlush(buffer)
  }

  /// One piece, framed, in one write.
  func write(_ bytes: [UInt8]) async throws {
    guard !bytes.isEmpty else { return }
    guard case .streaming(let framing) = stage.withLock({ $0 }) else { throw ClientGone() }
    var buffer = channel.allocator.buffer(capacity: bytes.count + 32)
    _ = takeHead(&buffer)
    if framing == .chunks { buffer.writeString(String(bytes.count, radix: 16) + "\r\n") }
    buffer.writeBytes(bytes)
    if framing == .chunks { buffer.writeString("\r\n") }
    try await channel.writeAndFlush(buffer)
  }

  private func takeHead(_ buffer: inout ByteBuffer) -> Bool {
    let head = waitingHead.withLock { head in
      defer { head = nil }
      return head
    }
    head?.write(to: &buffer, date: HTTPDate.text())
    return head != nil
  }

  /// The response is out: the connection waits for the next request, or ends.
  private func end(keep: Bool) async throws {
    try await onLoop { $0.responseEnded(keep: keep) }
  }

  /// Whether the connection can serve another request after this one.
  private func mayKeep(_ wanted: Bool) async throws -> Bool {
    guard wanted else { return false }
    return try await onLoop { $0.canContinue }
  }

  /// The header goes out, and what comes after it belongs to the stream. Both happen in one step on
  /// the event loop, so that nothing can come between.
  private func takeOver(_ response: HTTPResponse) async throws -> ByteStream {
    var buffer = channel.allocator.buffer(capacity: 256)
    ResponseHead.write(response.status, response.headers, to: &buffer)
    let head = buffer
    return try await onLoop { try $0.takeOver(head: head) }
  }

  private func sendWebSocket(
    _ response: HTTPResponse, _ body: @Sendable (WebSocket) async throws -> Void
  ) async throws {
    var buffer = channel.allocator.buffer(capacity: 256)
    ResponseHead.write(response.status, response.headers, to: &buffer)
    let head = buffer
    let socket = try await onLoop { try $0.takeOverWebSocket(head: head) }
    do {
      try await body(socket)
      await socket.close()
    } catch {
      await socket.close(code: .unexpectedServerError)
    }
  }

  private func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (HTTPConnection) throws -> Result
  ) async throws -> Result {
    let connection = connection
    return try await channel.eventLoop.submit { try body(connection.value) }.get()
  }
}
