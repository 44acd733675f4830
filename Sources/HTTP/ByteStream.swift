// A connection that has stopped being HTTP. Its two directions end one at a time, as they do on any
// stream socket: the client's `shutdown(SHUT_WR)` says "no more input", which for an attached
// container means that its standard input ends while its output still comes.
//
// Next: Server/ByteStreamHandler.swift.

import NIOCore

/// Both directions of a connection that was taken over.
package struct ByteStream: Sendable {
  let channel: any Channel
  let input: InputQueue<[UInt8]>

  /// What the client sends next; nil when it has ended its direction.
  ///
  /// - Throws: ``ClientGone`` when the connection broke; `CancellationError`.
  package func read() async throws -> [UInt8]? {
    try await input.next()
  }

  /// Sends, and waits until the socket has taken it.
  package func write(_ bytes: [UInt8]) async throws {
    guard !bytes.isEmpty else { return }
    try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes))
  }

  /// Ends our direction; the client's stays open.
  package func endOutput() async {
    try? await channel.close(mode: .output)
  }

  /// Closes both directions, after what was written.
  package func close() async {
    try? await channel.close()
  }
}
