// The question of a gRPC probe, `grpc.health.v1.Health/Check`: one request of HTTP/2 without TLS.
//
// As little of HTTP/2 (RFC 9113) as that takes: the preface, settings, one HEADERS frame whose fields are
// all written out (RFC 7541, 6.2.2, without indexing), one DATA frame. Of the answer only DATA matters:
// the status of the check; a server that refuses answers with headers alone.
//
// Next: HandlerProcess.swift

import Glibc
import Linux
import Support

/// One check of a gRPC server's health.
struct HealthQuestion {
  var service: String
  var port: Int

  /// Asks on a connection; 0 when the server says SERVING. For a child process: it waits.
  func ask(_ descriptor: Int32) -> Int32 {
    guard (try? bytes.withUnsafeBytes { try writeAll(descriptor, $0) }) != nil else { return 1 }
    var answer = Answer()
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while answer.isServing == nil {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return 1 }
      for reply in answer.feed(buffer[..<count]) {
        try? reply.withUnsafeBytes { try writeAll(descriptor, $0) }
      }
    }
    return answer.isServing == true ? 0 : 1
  }

  /// All that is sent.
  var bytes: [UInt8] {
    let fields = [
      (":method", "POST"), (":scheme", "http"), (":path", "/grpc.health.v1.Health/Check"),
      (":authority", "localhost:\(port)"), ("content-type", "application/grpc"),
      ("te", "trailers"), ("user-agent", "kube-probe/1.32"),
    ]
    let block: [UInt8] = fields.flatMap { name, value in
      [0] + Self.text(name) + Self.text(value)
    }
    // HealthCheckRequest: field 1 is the service's name.
    let name = Array(service.utf8.prefix(127))
    let message: [UInt8] = name.isEmpty ? [] : [0x0a, UInt8(name.count)] + name
    let body: [UInt8] = [0, 0, 0, 0, UInt8(message.count)] + message
    let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    return preface + Self.frame(4, 0, 0, []) + Self.frame(1, 0x4, 1, block)
      + Self.frame(0, 0x1, 1, body)
  }

  /// A literal of at most 126 octets, without Huffman's code.
  private static func text(_ text: String) -> [UInt8] {
    let octets = Array(text.utf8.prefix(126))
    return [UInt8(octets.count)] + octets
  }

  static func frame(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8]
  {
    let length = UInt32(payload.count)
    let head = [length >> 16, length >> 8, length].map { UInt8(truncatingIfNeeded: $0) }
    let number = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: stream >> $0) }
    return head + [kind, flags] + number + payload
  }

  /// What comes back.
  struct Answer {
    /// Nil until it is known.
    private(set) var isServing: Bool?
    private var buffer: [UInt8] = []
    private var message: [UInt8] = []

    /// Takes in octets; returns what has to be sent in return.
    mutating func feed(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
      buffer += bytes
      var replies: [[UInt8]] = []
      while buffer.count >= 9 {
        let length = Int(buffer[0]) << 16 | Int(buffer[1]) << 8 | Int(buffer[2])
        guard buffer.count >= 9 + length else { break }
        let (kind, flags) = (buffer[3], buffer[4])
        let payload = buffer[9..<(9 + length)]
        switch kind {
        case 0:
          let padding = flags & 0x8 != 0 ? Int(payload.first ?? 0) : -1
          message += padding < 0 ? payload : payload.dropFirst().dropLast(padding)
          if flags & 0x1 != 0 { isServing = isServing ?? Self.verdict(message) }
        case 1: if flags & 0x1 != 0 { isServing = Self.verdict(message) }
        case 3, 7: isServing = isServing ?? Self.verdict(message)
        case 4 where flags & 0x1 == 0: replies.append(HealthQuestion.frame(4, 0x1, 0, []))
        case 6 where flags & 0x1 == 0:
          replies.append(HealthQuestion.frame(6, 0x1, 0, Array(payload)))
        default: break
        }
        buffer.removeFirst(9 + length)
      }
      return replies
    }

    /// HealthCheckResponse behind five octets of gRPC: field 1 is the status, and 1 is SERVING.
    private static func verdict(_ message: [UInt8]) -> Bool {
      message.count >= 7 && message[5] == 0x08 && message[6] == 1
    }
  }
}
