import Linux

/// A resolver that asks over TCP: each message has its length in two octets in front (RFC 1035, 4.2.2).
final class NameClient {
  /// Milliseconds after which a silent one is let go.
  static let patience: Int64 = 10_000

  private let descriptor: FileDescriptor
  var deadline: Int64
  /// What epoll watches for now.
  var watched: PollEvents = []
  private(set) var hasEnded = false
  private var input: [UInt8] = []
  private var output: [UInt8] = []

  init(_ descriptor: consuming FileDescriptor, deadline: Int64) {
    self.descriptor = descriptor
    self.deadline = deadline
  }

  var socket: Int32 { descriptor.number }
  var hasOutput: Bool { !output.isEmpty }

  /// The messages that have arrived whole.
  func receive() -> [[UInt8]] {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      reading: for _ in 0..<16 {
        switch InternetSocket.read(socket, into: buffer) {
        case .moved(let count): input += buffer[..<count]
        case .wouldBlock: break reading
        case .ended, .failed:
          hasEnded = true
          break reading
        }
      }
    }
    return NameClient.messages(in: &input)
  }

  /// Takes the whole messages out of `input`.
  static func messages(in input: inout [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    while input.count >= 2 {
      let length = Int(input[0]) << 8 | Int(input[1])
      guard input.count >= 2 + length else { break }
      result.append(Array(input[2..<2 + length]))
      input.removeFirst(2 + length)
    }
    return result
  }

  func send(_ message: [UInt8]) {
    // One who asks and never reads shall not make the monitor grow.
    guard output.count < 1 << 20, message.count < 1 << 16 else {
      hasEnded = true
      return
    }
    output += [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    flush()
  }

  func flush() {
    while !output.isEmpty {
      switch output.withUnsafeBytes({ InternetSocket.write(socket, $0) }) {
      case .moved(let count): output.removeFirst(count)
      case .wouldBlock: return
      case .ended, .failed:
        hasEnded = true
        output = []
      }
    }
  }
}
