import NIOCore

/// The sending end of a response that comes in pieces.
package struct ResponseStream: Sendable {
  let exchange: Exchange

  /// Sends one piece and waits until the socket has taken it: a slow client slows the handler down
  /// and costs no memory. Empty pieces are not sent.
  ///
  /// - Throws: when the client has gone.
  package func write(_ bytes: [UInt8]) async throws {
    try await exchange.write(bytes)
  }

  /// Sends one piece of text.
  package func write(_ text: String) async throws {
    try await exchange.write(Array(text.utf8))
  }

  /// Sends the header now although there is no piece yet: a client may wait for it before it does
  /// something that leads to the first piece.
  package func flush() async throws {
    try await exchange.flushHead()
  }
}
