import NIOCore
import NIOHTTP1
import NIOWebSocket

/// One message, put together from its frames.
package enum WebSocketMessage: Sendable, Equatable {
  case text(String)
  case binary([UInt8])
}

/// A WebSocket after its handshake. Pings are answered, closing is agreed upon, frames are put
/// together: what remains are messages.
package struct WebSocket: Sendable {
  let channel: any Channel
  let input: InputQueue<WebSocketMessage>

  /// The next message; nil when the client has closed.
  package func receive() async throws -> WebSocketMessage? { try await input.next() }

  /// Sends one message and waits until the socket has taken it.
  package func send(_ message: WebSocketMessage) async throws {
    let (opcode, buffer) =
      switch message {
      case .text(let text): (WebSocketOpcode.text, channel.allocator.buffer(string: text))
      case .binary(let bytes): (WebSocketOpcode.binary, channel.allocator.buffer(bytes: bytes))
      }
    try await channel.writeAndFlush(WebSocketFrame(fin: true, opcode: opcode, data: buffer))
  }

  /// Says goodbye and closes.
  package func close(code: WebSocketErrorCode = .normalClosure) async {
    var data = channel.allocator.buffer(capacity: 2)
    data.write(webSocketErrorCode: code)
    try? await channel.writeAndFlush(
      WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    try? await channel.close()
  }
}

extension HTTPRequest {
  /// The answer to a handshake, or nil when this is none (RFC 6455, section 4.2.1).
  ///
  /// - Parameter protocols: those the handler speaks, best first. When the client names some and none
  ///   is among them, the handshake goes through without one, as the specification has it.
  package func webSocket(
    protocols: [String] = [],
    _ body: @escaping @Sendable (WebSocket, _ chosen: String?) async throws -> Void
  ) throws -> HTTPResponse? {
    guard upgrade?.lowercased() == "websocket" else { return nil }
    guard method == .GET, let key = headers.first(name: "sec-websocket-key"),
      headers.first(name: "sec-websocket-version") == "13"
    else { throw HTTPFailure(.badRequest, "malformed WebSocket handshake") }
    let offered = headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
    let chosen = protocols.first(where: offered.contains)
    var response = HTTPResponse(
      .switchingProtocols,
      headers: [
        "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Accept": WebSocketAccept.value(for: key),
      ],
      body: .webSocket { try await body($0, chosen) })
    if let chosen { response.headers.add(name: "Sec-WebSocket-Protocol", value: chosen) }
    return response
  }
}
