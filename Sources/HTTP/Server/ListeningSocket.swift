// A listening socket, before a server takes it: made here, or passed on by a service manager.
//
// A Unix socket is a file, and its mode decides who may connect: whoever may write to it. There is no
// moment at which it is open to more than it should be: it is bound under a mask that keeps
// everybody out, and its group and mode are set before anybody is accepted. A file that is left of a
// server that was killed is replaced; one that a server still answers on is not.
//
// systemd opens sockets before the service is there and starts it on the first connection. It hands
// them on from descriptor 3, says how many in LISTEN_FDS, and whom they are meant for in LISTEN_PID.
//
// Man pages: unix(7), sd_listen_fds(3).

import Glibc
import Linux
import Support

/// A socket that listens; closed by whoever takes it over.
package struct ListeningSocket: Sendable {
  package let descriptor: Int32
  /// Where it can be reached: the port is the real one when 0 was asked for.
  package let address: ListenAddress
  /// The socket file, removed when the server stops; nil when it is not ours.
  package let file: String?

  /// Opens `address`.
  ///
  /// - Parameters:
  ///   - group: who may use a Unix socket beside its owner: a group's name or number; nil keeps the
  ///     process's own. One that does not exist is an error.
  ///   - mode: of a Unix socket.
  /// - Throws: `DklabError` `http.in-use` when somebody answers there already; `SyscallError`.
  package static func open(_ address: ListenAddress, group: String? = nil, mode: mode_t = 0o660)
    throws -> ListeningSocket
  {
    switch address {
    case .unix(let path):
      if (try? UnixSocket.connect(to: path)) != nil { throw inUse(address) }
      let socket = try UnixSocket.listen(at: path, backlog: 4096)
      if let group { try check(chown(path, uid_t.max, try groupID(group)), "chown", path) }
      try check(chmod(path, mode), "chmod", path)
      return ListeningSocket(descriptor: socket.release(), address: address, file: path)
    case .tcp(let host, let port):
      do {
        let socket = try InternetSocket.bind(.stream, try socketAddress(host, port))
        let fd = socket.release()
        return ListeningSocket(
          descriptor: fd, address: .tcp(host: host, port: boundPort(fd) ?? port), file: nil)
      } catch let error as SyscallError where error.errno == EADDRINUSE {
        throw inUse(address)
      }
    }
  }

  /// A TCP socket that was opened elsewhere and listens; it belongs to whoever takes this over. Nil
  /// when it is none.
  package static func adopt(_ descriptor: Int32) -> ListeningSocket? {
    boundAddress(descriptor).map {
      ListeningSocket(descriptor: descriptor, address: $0, file: nil)
    }
  }

  /// The sockets a service manager has passed on; none when it did not. The environment variables are
  /// taken away, so that no child believes they are meant for it.
  package static func activated() -> [ListeningSocket] {
    defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
    func number(_ name: String) -> Int32? { getenv(name).flatMap { Int32(String(cString: $0)) } }
    guard number("LISTEN_PID") == getpid(), let count = number("LISTEN_FDS"), count > 0, count < 64
    else { return [] }
    return (3..<3 + count).compactMap { fd in
      try? setInheritable(fd, false)
      return boundAddress(fd).map {
        ListeningSocket(descriptor: fd, address: $0, file: nil)
      }
    }
  }

  /// Addresses only, and `localhost`: where to listen is no question for a name server.
  private static func socketAddress(_ host: String, _ port: Int) throws -> SocketAddress {
    guard let address = IPAddress(host == "localhost" ? "127.0.0.1" : host) else {
      throw DklabError(
        .invalid, id: "http.address",
        Text("listen address: \(host): not an IP address", ko: "수신 주소: \(host): IP 주소가 아닙니다"))
    }
    return SocketAddress(address, port: UInt16(port))
  }

  private static func groupID(_ group: String) throws -> gid_t {
    if let number = gid_t(group) { return number }
    if let entry = getgrnam(group) { return entry.pointee.gr_gid }
    throw DklabError(
      .notFound, id: "http.no-group",
      Text("socket group: no such group: \(group)", ko: "소켓 그룹: 그런 그룹이 없습니다: \(group)"),
      hint: Text("make it with `groupadd \(group)`", ko: "`groupadd \(group)`로 만드세요"))
  }

  private static func inUse(_ address: ListenAddress) -> DklabError {
    DklabError(
      .conflict, id: "http.in-use",
      Text(
        "listen: \(address): another server answers there already",
        ko: "수신: \(address): 이미 다른 서버가 응답하고 있습니다"),
      hint: Text(
        "stop it, or choose another address with -H", ko: "그 서버를 멈추거나 -H로 다른 주소를 고르세요"))
  }

  private static func boundPort(_ fd: Int32) -> Int? {
    if case .tcp(_, let port)? = boundAddress(fd) { return port }
    return nil
  }

  private static func boundAddress(_ fd: Int32) -> ListenAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &size) }
    }
    guard result == 0 else { return nil }
    if Int32(storage.ss_family) == AF_UNIX {
      let path = withUnsafeBytes(of: storage) { bytes in
        String(decoding: bytes[2..<Int(size)].prefix { $0 != 0 }, as: UTF8.self)
      }
      return .unix(path: path)
    }
    guard let socket = SocketAddress(of: fd), let address = socket.address else { return nil }
    return .tcp(host: "\(address)", port: Int(socket.port))
  }
}
