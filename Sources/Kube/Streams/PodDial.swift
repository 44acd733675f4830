import Engine
import Glibc
import HTTP
import Linux
import Networks
import Support

/// Connections to what listens in a pod, made by a process that is not in its network.
struct PodDial: Sendable {
  let root: String
  let cluster: String
  let loop: DescriptorLoop

  /// To a port of the pod's own loopback: `pid` is a process of the pod.
  func loopback(pid: pid_t, port: UInt16) async throws -> ByteStream {
    let descriptor = try await BlockingWork.run {
      try Self.connected(
        NetworkNamespace(of: pid).open {
          try InternetSocket.connect(.stream, SocketAddress(.v4(.loopback), port: port))
        })
    }
    return try await loop.adopt(socket: descriptor)
  }

  /// To an address on the pods' network.
  func address(_ address: IPv4Address, port: UInt16, isSecure: Bool = false) async throws
    -> ByteStream
  {
    let pods = PodNetwork(root: root, cluster: cluster)
    let descriptor = try await BlockingWork.run {
      let open = { try InternetSocket.connect(.stream, SocketAddress(.v4(address), port: port)) }
      return try Self.connected(address.isLoopback ? open() : pods.network.open(open))
    }
    return try await loop.adopt(socket: descriptor, isSecure: isSecure)
  }

  /// Waits until the connection is there.
  private static func connected(_ socket: consuming FileDescriptor) throws -> Int32 {
    var entries = [PollEntry(fd: socket.number, events: .writable)]
    guard try pollDescriptors(&entries, timeout: 10_000) > 0 else {
      throw SyscallError("connect", "the pod", errno: ETIMEDOUT)
    }
    let error = InternetSocket.pendingError(socket.number)
    guard error == 0 else { throw SyscallError("connect", "the pod", errno: error) }
    return socket.release()
  }
}
