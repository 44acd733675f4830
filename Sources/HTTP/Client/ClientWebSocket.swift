// A WebSocket from the client's side (RFC 6455): what a client sends is masked, so that no proxy
// takes it for something else; a server's frames are not. Pings are answered where they come.

import Glibc
import Support

/// Messages over a connection that was taken over. Waits in the calling thread.
package final class ClientWebSocket {
  package let stream: ClientStream
  /// The protocol the server chose.
  package let chosen: String
  private var bytes: [UInt8] = []
  private var message: [UInt8] = []

  init(_ stream: ClientStream, chosen: String) {
    self.stream = stream
    self.chosen = chosen
  }

  /// Whether `receive` may return at once without the socket having anything.
  package var hasInput: Bool { stream.hasInput || frameLength != nil }

  /// Sends one binary message.
  package func send(_ content: [UInt8]) throws { try sendFrame(2, content) }

  /// Says goodbye.
  package func close() { try? sendFrame(8, [0x03, 0xe8]) }

  /// Shows that somebody is still there.
  package func ping() throws { try sendFrame(9, []) }

  private func sendFrame(_ opcode: UInt8, _ content: [UInt8]) throws {
    var frame: [UInt8] = [0x80 | opcode]
    switch content.count {
    case ..<126: frame.append(0x80 | UInt8(content.count))
    case ..<65536: frame += [0x80 | 126, UInt8(content.count >> 8), UInt8(content.count & 255)]
    default:
      frame.append(0x80 | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        frame.append(UInt8(truncatingIfNeeded: content.count >> shift))
      }
    }
    let mask = (0..<4).map { _ in UInt8.random(in: 0...255) }
    frame += mask
    for (index, byte) in content.enumerated() { frame.append(byte ^ mask[index & 3]) }
    try stream.write(frame)
  }

  /// The next message; nil when the server has closed; nothing when `timeout` milliseconds have
  /// passed, or a signal came.
  package func receive(timeout: Int32 = -1) throws -> [UInt8]? {
    while true {
      while let frame = takeFrame() {
        switch frame.opcode {
        case 8: return nil
        case 9: try sendFrame(10, frame.content)
        case 10: continue
        default:
          message += frame.content
          guard frame.isLast else { continue }
          defer { message = [] }
          return message
        }
      }
      guard let more = try stream.read(timeout: timeout) else { return nil }
      if more.isEmpty { return [] }
      bytes += more
    }
  }

  /// How many bytes the first frame takes, head included; nil until all of it is there.
  private var frameLength: (head: Int, content: Int)? {
    guard bytes.count >= 2 else { return nil }
    var size = Int(bytes[1] & 127)
    var head = 2
    if size >= 126 {
      let count = size == 126 ? 2 : 8
      guard bytes.count >= 2 + count else { return nil }
      size = bytes[2..<(2 + count)].reduce(0) { $0 << 8 | Int($1) }
      head += count
    }
    if bytes[1] & 0x80 != 0 { head += 4 }
    return bytes.count >= head + size ? (head, size) : nil
  }

  private func takeFrame() -> (opcode: UInt8, isLast: Bool, content: [UInt8])? {
    guard let (head, size) = frameLength else { return nil }
    var content = Array(bytes[head..<(head + size)])
    if bytes[1] & 0x80 != 0 {
      for index in content.indices { content[index] ^= bytes[head - 4 + index & 3] }
    }
    defer { bytes.removeFirst(head + size) }
    return (bytes[0] & 15, bytes[0] & 0x80 != 0, content)
  }
}
