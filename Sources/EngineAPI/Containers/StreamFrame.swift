// Two streams on one connection: before each piece eight bytes, of which the first names the stream
// (1 output, 2 error output) and the last four are the piece's length, big endian. With a terminal
// there is one stream, and it goes as it is.

/// How a container's output goes to a client.
struct StreamFraming: Sendable {
  let isRaw: Bool

  func frame(_ bytes: [UInt8], isError: Bool) -> [UInt8] {
    guard !isRaw else { return bytes }
    var framed: [UInt8] = [isError ? 2 : 1, 0, 0, 0]
    framed.reserveCapacity(bytes.count + 8)
    let count = UInt32(bytes.count)
    for shift in [24, 16, 8, 0] as [UInt32] {
      framed.append(UInt8(truncatingIfNeeded: count >> shift))
    }
    return framed + bytes
  }

  /// The type a client is told.
  var contentType: String {
    isRaw
      ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream"
  }
}

/// Where a client is: behind a connection that was taken over, or a WebSocket.
protocol ClientStream: Sendable {
  /// What the client types; nil at the end of its input.
  func read() async throws -> [UInt8]?
  func write(_ bytes: [UInt8]) async throws
}
