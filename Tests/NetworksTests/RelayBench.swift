import Glibc
import Linux
import Support
import Testing

@testable import Networks

/// A relay between a client and a server that both live in the test itself, all on loopback and in
/// one thread: nothing moves unless the test says so.
final class RelayBench {
  let relay: PortRelay
  /// All of 127.0.0.0/8 is this machine: an address of its own keeps each test's ports apart.
  let address = IPv4Address(value: UInt32.random(in: 0x7F10_0000...0x7FEF_FFFF))
  private var serverNumber: Int32
  let port: UInt16

  init(_ transport: PortProtocol = .tcp, serving: Bool = true, idleMilliseconds: Int64 = 90_000)
    throws
  {
    let server = try InternetSocket.bind(
      transport == .tcp ? .stream : .datagram, SocketAddress(.v4(address), port: 0))
    serverNumber = server.release()
    let target = try #require(SocketAddress(of: serverNumber)).port
    let ports = try PortListener.open([
      PortRequest(hostIP: address.description, containerPort: target, protocol: transport)
    ])
    port = try #require(ports.first).binding.hostPort
    relay = try PortRelay(
      ports: ports, target: serving ? address : nil, idleMilliseconds: idleMilliseconds)
  }

  deinit { closeServer() }

  /// The socket of the service behind the port.
  var server: Int32 { serverNumber }

  /// From here on nobody listens there.
  func closeServer() {
    if serverNumber >= 0 { close(serverNumber) }
    serverNumber = -1
  }

  /// A connection to the published port, or a datagram socket for it.
  func connect(_ kind: InternetSocket.Kind = .stream) throws -> FileDescriptor {
    try InternetSocket.connect(kind, SocketAddress(.v4(address), port: port))
  }

  /// The server's end of the next connection.
  func accept() throws -> FileDescriptor {
    var accepted: Int32 = -1
    try until {
      accepted = try InternetSocket.accept(server)?.release() ?? -1
      return accepted >= 0
    }
    return FileDescriptor(owning: accepted)
  }

  /// Runs the relay until `condition` holds; fails when the relay has nothing to do any more and it
  /// still does not.
  func until(_ condition: () throws -> Bool) throws {
    var quiet = 0
    while try !condition() {
      if try step(wait: 50) {
        quiet = 0
      } else {
        quiet += 1
        try #require(quiet < 100, "the relay came to rest too early")
      }
    }
  }

  /// Runs the relay until it has nothing to do.
  func settle() throws {
    while try step(wait: 20) {}
  }

  /// One turn of the poll loop; false when nothing was ready.
  @discardableResult
  func step(wait: Int32) throws -> Bool {
    var entries = [PollEntry(fd: relay.descriptor, events: .readable)]
    let count = try pollDescriptors(&entries, timeout: wait)
    relay.handle()
    return count > 0
  }

  /// Reads from `fd` until `count` bytes or the end have come.
  func read(_ fd: Int32, count: Int = .max) throws -> [UInt8] {
    var result: [UInt8] = []
    try until { try RelayBench.drain(fd, into: &result) || result.count >= count }
    return result
  }

  /// What can be read now; true at the end of the stream. Throws when the connection is broken.
  static func drain(_ fd: Int32, into result: inout [UInt8]) throws -> Bool {
    try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      while true {
        switch InternetSocket.read(fd, into: buffer) {
        case .moved(let count): result.append(contentsOf: buffer[..<count])
        case .ended: return true
        case .wouldBlock: return false
        case .failed(let number): throw SyscallError("recv", "fd \(fd)", errno: number)
        }
      }
    }
  }

  /// Writes as much of `bytes` as goes now.
  static func fill(_ fd: Int32, _ bytes: ArraySlice<UInt8>) -> Int {
    var rest = bytes
    while !rest.isEmpty {
      guard case .moved(let count) = rest.withUnsafeBytes({ InternetSocket.write(fd, $0) }) else {
        break
      }
      rest = rest.dropFirst(count)
    }
    return bytes.count - rest.count
  }

  /// Bytes that repeat only after a long time, different for every `seed`.
  static func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        buffer[index] = UInt8(truncatingIfNeeded: state >> 24)
      }
      filled = count
    }
  }
}
