import CLinux
import Glibc
import Support

/// Stream sockets between processes of one machine (unix(7)).
///
/// A socket's path may be at most 107 bytes, and a state directory may lie deeper: so the
/// directory is opened and the socket is named through /proc/self/fd.
package enum UnixSocket {
  /// Two connected sockets, close-on-exec; the caller closes both.
  package static func pair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    try check(socketpair(AF_UNIX, type, 0, &ends), "socketpair")
    return (ends[0], ends[1])
  }

  /// Listens at `path`; what stood there before is replaced. Mode 0600: only the owner connects.
  ///
  /// The mode is set on the socket before it has a name, which bind(2) then gives to the file: umask(2)
  /// would do it too, but for every file that another thread makes meanwhile.
  package static func listen(at path: String, backlog: Int32 = 16) throws -> FileDescriptor {
    unlink(path)
    let socket = try open()
    try check(fchmod(socket.number, 0o600), "fchmod", path)
    try throughDirectory(path) { try check(dk_unix_address(1, socket.number, $0), "bind", path) }
    try check(Glibc.listen(socket.number, backlog), "listen", path)
    return socket
  }

  /// Connects to `path`. Throws `SyscallError` ENOENT or ECONNREFUSED when nobody listens.
  package static func connect(to path: String) throws -> FileDescriptor {
    let socket = try open()
    try throughDirectory(path) {
      try check(dk_unix_address(0, socket.number, $0), "connect", path)
    }
    return socket
  }

  /// accept4(2) with close-on-exec; nil when nobody waits.
  package static func accept(_ listener: Int32) throws -> Int32? {
    let fd = retryingInterrupts { Glibc.accept(listener, nil, nil) }
    if fd < 0 {
      if errno == EAGAIN || errno == ECONNABORTED { return nil }
      throw SyscallError("accept", "fd \(listener)")
    }
    try setInheritable(fd, false)
    return fd
  }

  private static func open() throws -> FileDescriptor {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    return FileDescriptor(owning: try check(socket(AF_UNIX, type, 0), "socket", "unix"))
  }

  private static func throughDirectory(_ path: String, _ body: (String) throws -> Void) throws {
    guard path.utf8.count > 100, let slash = path.lastIndex(of: "/") else { return try body(path) }
    let directory = try FileDescriptor.open(String(path[..<slash]), O_PATH | O_DIRECTORY)
    try body("/proc/self/fd/\(directory.number)\(path[slash...])")
  }
}

/// recvmsg(2) with room for one descriptor: fills `bytes`, sets `fd` (close-on-exec) or -1, and
/// returns the number of bytes, 0 at the end of the stream, -1 on an error.
package func receiveDescriptor(_ socket: Int32, _ fd: inout Int32, _ bytes: inout [UInt8]) -> Int {
  dk_recvfd(socket, &fd, &bytes, bytes.count)
}

/// sendmsg(2) with one descriptor and the one byte `kind`.
package func sendDescriptor(_ socket: Int32, _ fd: Int32, kind: UInt8) throws {
  var kind = kind
  try check(dk_sendfd(socket, fd, &kind, 1), "sendmsg", "descriptor")
}

/// sendmsg(2) with one descriptor, and what it is as text.
package func sendDescriptor(
  _ socket: Int32, _ fd: Int32, text: String, subject: String
) throws {
  let bytes = Array(text.utf8)
  try check(dk_sendfd(socket, fd, bytes, bytes.count), "sendmsg", subject)
}
