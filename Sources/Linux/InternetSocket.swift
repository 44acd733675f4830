// TCP and UDP sockets, none of which ever waits.
//
// A TCP connection has two directions that end one at a time: shutdown(2) with SHUT_WR says "no more
// from me" and leaves the other direction open. A connection that is closed while the other side
// still has something to say, or with SO_LINGER set to zero, ends with a reset instead, which the
// peer sees as ECONNRESET.
//
// Man pages: ip(7), tcp(7), udp(7), ipv6(7). See Network's PortRelay.swift.

import CLinux
import Glibc
import Support

/// Sockets of the internet families, all close-on-exec and non-blocking.
package enum InternetSocket {
  /// The two kinds.
  package enum Kind: Sendable {
    case stream, datagram
  }

  /// A socket bound to `address`; a stream socket listens as well. IPv6 sockets take IPv6 only.
  /// Throws `SyscallError`: EADDRINUSE, EACCES for a privileged port, EADDRNOTAVAIL.
  package static func bind(_ kind: Kind, _ address: SocketAddress, backlog: Int32 = 4096) throws
    -> FileDescriptor
  {
    let socket = try make(kind, family: address.family)
    // Connections of the last run that are still closing must not keep a server from starting. For
    // UDP the option would let two servers share a port.
    if kind == .stream { try set(socket.number, SOL_SOCKET, SO_REUSEADDR, 1) }
    if address.family == AF_INET6 {
      try set(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)
    }
    try check(
      address.withPointer { Glibc.bind(socket.number, $0, $1) }, "bind", address.description)
    if kind == .stream { try check(listen(socket.number, backlog), "listen", address.description) }
    return socket
  }

  /// A socket on its way to `address`: a stream socket is writable once `connectionError` says how
  /// that went; a datagram socket is ready and hears only `address`.
  package static func connect(_ kind: Kind, _ address: SocketAddress) throws -> FileDescriptor {
    let socket = try make(kind, family: address.family)
    if kind == .stream { sendAtOnce(socket.number) }
    let result = address.withPointer { Glibc.connect(socket.number, $0, $1) }
    if result != 0 && errno != EINPROGRESS {
      throw SyscallError("connect", address.description)
    }
    return socket
  }

  /// The same, seen by `address` as if it came from `source`, which need not be an address of this
  /// machine (IP_TRANSPARENT, needs CAP_NET_ADMIN). Whoever routes must bring the answers back here.
  package static func connect(
    _ kind: Kind, _ address: SocketAddress, from source: IPv4Address
  ) throws -> FileDescriptor {
    let socket = try make(kind, family: AF_INET)
    let (transparent, chooseNoPort) = (Int32(19), Int32(24))
    try set(socket.number, Int32(IPPROTO_IP), transparent, 1)
    // The port is chosen when it is known for which destination: many clients may have the same.
    try set(socket.number, Int32(IPPROTO_IP), chooseNoPort, 1)
    let place = SocketAddress(.v4(source), port: 0)
    try check(place.withPointer { Glibc.bind(socket.number, $0, $1) }, "bind", place.description)
    if kind == .stream { sendAtOnce(socket.number) }
    guard connect(socket.number, to: address) else {
      throw SyscallError("connect", address.description)
    }
    return socket
  }

  /// The address of whoever is at the other end; nil when that is nobody.
  package static func peer(of fd: Int32) -> IPAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(fd, $0, &size) }
    }
    guard result == 0 else { return nil }
    return withUnsafeBytes(of: storage) { SocketAddress(raw: $0.prefix(Int(size))) }.address
  }

  /// The errno a connection attempt or an earlier datagram ended with, and clears it; 0 for none.
  package static func pendingError(_ fd: Int32) -> Int32 {
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) == 0 ? number : errno
  }

  /// The next waiting connection; nil when there is none. Throws EMFILE and ENFILE, on which the
  /// connection stays in the backlog.
  package static func accept(_ listener: Int32) throws -> FileDescriptor? {
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let fd = retryingInterrupts { dk_accept4(listener, flags) }
    if fd >= 0 {
      sendAtOnce(fd)
      return FileDescriptor(owning: fd)
    }
    if [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(errno) {
      throw SyscallError("accept", "fd \(listener)")
    }
    return nil
  }

  /// Ends the sending direction: the peer reads end of file.
  package static func endOutput(_ fd: Int32) {
    shutdown(fd, Int32(SHUT_WR))
  }

  /// Makes the close(2) that follows a reset, which the peer sees as an error.
  package static func resetOnClose(_ fd: Int32) {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  /// What came of reading or writing without waiting.
  package enum Transfer: Sendable, Equatable {
    case moved(Int)
    /// Not now: the peer is slower.
    case wouldBlock
    /// The peer has ended its sending direction.
    case ended
    /// The connection is broken: errno.
    case failed(Int32)
  }

  /// recv(2).
  package static func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    let count = retryingInterrupts { recv(fd, buffer.baseAddress, buffer.count, 0) }
    return count == 0 ? .ended : transfer(count)
  }

  /// send(2), without the signal SIGPIPE.
  package static func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
    transfer(
      retryingInterrupts { Glibc.send(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) })
  }

  private static func transfer(_ count: Int) -> Transfer {
    if count >= 0 { return .moved(count) }
    return errno == EAGAIN ? .wouldBlock : .failed(errno)
  }

  /// One datagram and its sender; nil when none waits. What exceeds `buffer` is cut off.
  package static func receive(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) -> (
    count: Int, sender: SocketAddress
  )? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        retryingInterrupts { recvfrom(fd, buffer.baseAddress, buffer.count, 0, address, &size) }
      }
    }
    guard count >= 0 else { return nil }
    return (count, withUnsafeBytes(of: storage) { SocketAddress(raw: $0.prefix(Int(size))) })
  }

  /// Sends one datagram; false when it was dropped, which UDP allows.
  @discardableResult
  package static func send(
    _ fd: Int32, _ bytes: UnsafeRawBufferPointer, to receiver: SocketAddress
  ) -> Bool {
    receiver.withPointer { address, size in
      retryingInterrupts {
        sendto(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), address, size)
      } >= 0
    }
  }

  /// A socket that is nowhere yet, in the network namespace of the caller.
  package static func make(_ kind: Kind) throws -> FileDescriptor {
    try make(kind, family: AF_INET)
  }

  /// Starts to connect `fd`; false when that fails at once.
  package static func connect(_ fd: Int32, to address: SocketAddress) -> Bool {
    address.withPointer { Glibc.connect(fd, $0, $1) } == 0 || errno == EINPROGRESS
  }

  /// Ends the connection of `fd` and makes it as new: connect(2) with AF_UNSPEC.
  package static func disconnect(_ fd: Int32) {
    var nowhere = sockaddr()
    nowhere.sa_family = sa_family_t(AF_UNSPEC)
    _ = Glibc.connect(fd, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
  }

  private static func make(_ kind: Kind, family: Int32) throws -> FileDescriptor {
    let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
    let flags = type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    return FileDescriptor(
      owning: try check(
        socket(family, Int32(flags), 0), "socket", family == AF_INET6 ? "IPv6" : "IPv4"))
  }

  private static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    try check(setsockopt(fd, level, option, &value, size), "setsockopt", "\(option)")
  }

  /// TCP_NODELAY: a relay must not hold small packets back to join them.
  private static func sendAtOnce(_ fd: Int32) {
    var on: Int32 = 1
    setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }
}
