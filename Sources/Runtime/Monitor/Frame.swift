// What a monitor and its clients say to each other, over one stream socket.
//
// A frame is one byte of kind, four bytes of length (big endian), and the payload. The clients are
// `run`, `attach`, `stop`, `kill`, `wait` and the API server; all of them are short-lived, the
// monitor is not: losing a client changes nothing for the container.
//
// Next: Monitor.swift, MonitorClient.swift.

import Glibc
import Linux
import Support

/// One message.
package struct Frame: Sendable, Equatable {
  package var kind: Kind
  package var payload: [UInt8]

  package enum Kind: UInt8, Sendable {
    // From the monitor.
    case output = 1
    case errorOutput = 2
    /// Payload: the process id as text.
    case started = 3
    /// Payload: `LaunchFailure` as JSON.
    case failed = 4
    /// Payload: the exit status as text. Sent at each exit, before the record is written.
    case exited = 5
    /// The exit is recorded, and with `--rm` the container is gone.
    case recorded = 6
    /// Answers `network`. Payload: what went wrong, empty when nothing did.
    case networkChanged = 7

    // From a client.
    /// Payload: one byte, bits 0 stdin, 1 stdout, 2 stderr.
    case attach = 16
    case input = 17
    case inputEnd = 18
    /// Payload: rows and columns, two bytes each, big endian.
    case resize = 19
    /// Payload: signal number as text.
    case signal = 20
    /// Payload: `signal seconds` as text; -1 seconds waits for ever.
    case stop = 21
    /// Asks for the frame of the next exit.
    case wait = 22
    /// Payload: `MonitorUpdate` as JSON.
    case update = 23
    /// Payload: what the container's interfaces shall be, as JSON.
    case network = 24
  }

  package init(_ kind: Kind, _ payload: [UInt8] = []) {
    self.kind = kind
    self.payload = payload
  }

  package init(_ kind: Kind, _ text: String) {
    self.init(kind, Array(text.utf8))
  }

  /// The payload as text.
  package var text: String { String(decoding: payload, as: UTF8.self) }

  /// The frame's bytes on the wire.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 5)
    bytes.append(kind.rawValue)
    let count = UInt32(payload.count)
    for shift in [24, 16, 8, 0] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: count >> shift))
    }
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// Sends the frame on a blocking socket.
  package func send(on socket: Int32) throws {
    try encoded.withUnsafeBytes { try writeAll(socket, $0) }
  }
}

/// Puts frames together from a stream that arrives in pieces.
package struct FrameDecoder: Sendable {
  private var buffer: [UInt8] = []
  /// More than this in one frame is not from a client of ours.
  static let limit = 64 << 20

  package init() {}

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
  }

  /// The next whole frame. Throws `DklabError` `monitor.protocol` for bytes that are none.
  package mutating func next() throws -> Frame? {
    guard buffer.count >= 5 else { return nil }
    let length = buffer[1...4].reduce(0) { $0 << 8 | Int($1) }
    guard let kind = Frame.Kind(rawValue: buffer[0]), length <= FrameDecoder.limit else {
      throw DklabError(
        .internal, id: "monitor.protocol",
        Text("unexpected bytes on the monitor's socket", ko: "모니터 소켓에서 예상하지 못한 바이트를 받았습니다"))
    }
    guard buffer.count >= 5 + length else { return nil }
    let frame = Frame(kind, Array(buffer[5..<(5 + length)]))
    buffer.removeFirst(5 + length)
    return frame
  }
}
