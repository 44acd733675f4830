// Asking and connecting as a container would, without a program in it: for checks.
//
// Which network a socket belongs to is decided when it is made, so a socket made in the container's
// namespace asks the container's name server and takes the container's routes, whatever its image
// holds.

import Glibc
import Linux
import Support

/// Looks at the network from inside a container.
package enum NameQuery {
  /// What came of a connection attempt.
  package enum Reach: String, Sendable {
    case open, refused, unreachable, timeout
    /// The name has no address.
    case unknown
  }

  /// The IPv4 addresses that `name` has for process `pid`, asked of the name server at 127.0.0.11 there;
  /// nil when nobody has it, or nobody answers.
  package static func addresses(
    of name: String, pid: pid_t, milliseconds: Int32 = 3000
  ) throws -> [IPv4Address]? {
    let socket = try NetworkNamespace(of: pid).open { try InternetSocket.make(.datagram) }
    let id = UInt16.random(in: 1 ... .max)
    let question: [UInt8] =
      [UInt8(id >> 8), UInt8(id & 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
      + DNSAnswer.encode(name: name) + [0, 1, 0, 1]
    let server = SocketAddress(.v4(NameServer.address), port: 53)
    guard question.withUnsafeBytes({ InternetSocket.send(socket.number, $0, to: server) }) else {
      return nil
    }
    var entry = [PollEntry(fd: socket.number, events: .readable)]
    guard try pollDescriptors(&entry, timeout: milliseconds) > 0 else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      guard let (count, _) = InternetSocket.receive(socket.number, into: buffer) else { return nil }
      return records(Array(buffer[..<count]), id: id)
    }
  }

  /// The addresses in an answer; nil when it says that there is no such name.
  static func records(_ message: [UInt8], id: UInt16) -> [IPv4Address]? {
    guard let question = DNSQuestion(message), !question.isQuery, question.id == id,
      question.flags & 15 == 0
    else { return nil }
    return DNSRecords.data(in: message, type: DNSQuestion.Kind.address).compactMap { data in
      data.count == 4 ? IPv4Address(data[0], data[1], data[2], data[3]) : nil
    }
  }

  /// Whether process `pid` gets a TCP connection to `host` (a name or an address).
  package static func reach(
    _ host: String, port: UInt16, pid: pid_t, milliseconds: Int32 = 3000
  ) throws -> Reach {
    guard let address = try IPv4Address(host) ?? addresses(of: host, pid: pid)?.first else {
      return .unknown
    }
    let socket = try NetworkNamespace(of: pid).open { try InternetSocket.make(.stream) }
    guard InternetSocket.connect(socket.number, to: SocketAddress(.v4(address), port: port)) else {
      return reach(errno)
    }
    var entry = [PollEntry(fd: socket.number, events: .writable)]
    guard try pollDescriptors(&entry, timeout: milliseconds) > 0 else { return .timeout }
    return reach(InternetSocket.pendingError(socket.number))
  }

  private static func reach(_ error: Int32) -> Reach {
    switch error {
    case 0: .open
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timeout
    default: .unreachable
    }
  }
}
