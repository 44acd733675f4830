/// What a client may ask of a server before it is refused. Times are in seconds.
package struct ServerLimits: Sendable {
  /// Header fields of a request: 431 above. Together they may have 80 KiB (the parser's limit).
  package var headerFields = 128
  /// Bytes of a request's target: 414 above.
  package var target = 16 << 10
  /// A connection without a request, or with one whose header does not come to its end.
  package var idle: Int64 = 300
  /// A body of which nothing arrives although somebody reads it: 408.
  package var body: Int64 = 120
  /// Bytes of a body that may wait for its reader.
  package var buffered = 256 << 10
  /// Open connections; more of them wait in the kernel's queue.
  package var connections = 4096
  /// Bytes of one WebSocket message.
  package var webSocketMessage = 4 << 20

  package init() {}
}
