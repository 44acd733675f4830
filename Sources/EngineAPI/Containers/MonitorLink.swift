import HTTP
import Linux
import Runtime

/// A connection to a container's monitor, read and written by tasks.
final class MonitorLink: @unchecked Sendable {
  private let stream: ByteStream
  /// Used by the one task that reads.
  private var decoder = FrameDecoder()

  init(_ stream: ByteStream) {
    self.stream = stream
  }

  /// The next frame; nil when the monitor has closed the connection.
  func next() async throws -> Frame? {
    while true {
      if let frame = try decoder.next() { return frame }
      guard let bytes = try? await stream.read() else { return nil }
      decoder.append(bytes)
    }
  }

  func send(_ frame: Frame) async throws { try await stream.write(frame.encoded) }

  func close() async { await stream.close() }
}
