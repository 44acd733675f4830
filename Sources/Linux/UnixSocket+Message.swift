import Glibc
import Support

/// Whole messages over a stream socket: eight bytes of length, the most significant first, then the
/// content.
extension UnixSocket {
  /// Sends `content`. Returns whether anybody was there to take it.
  @discardableResult
  package static func send(message content: [UInt8], over socket: Int32) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 8)
    for place in 0..<8 {
      bytes[place] = UInt8(truncatingIfNeeded: content.count >> (56 - 8 * place))
    }
    bytes += content
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        retryingInterrupts {
          Glibc.send(
            socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL)
          )
        }
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// The next message, of at most 64 MiB; nil when the other end has gone before its end.
  package static func receiveMessage(over socket: Int32) throws -> [UInt8]? {
    var header = [UInt8](repeating: 0, count: 8)
    guard fill(&header, from: socket) else { return nil }
    let count = header.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard count <= 64 << 20 else { throw SyscallError("read", "message", errno: EMSGSIZE) }
    var content = [UInt8](repeating: 0, count: Int(count))
    return fill(&content, from: socket) ? content : nil
  }

  private static func fill(_ bytes: inout [UInt8], from socket: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        retryingInterrupts {
          read(socket, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        }
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
