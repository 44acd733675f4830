// Working in another network namespace without staying there.
//
// Which namespace a socket belongs to is decided when it is made. So nobody has to live in a
// namespace to configure it: go in, make a socket, come back (setns(2)). Coming back needs power
// over the namespace one came from, and root of a user namespace has none over the host's. It sends
// a child instead: one that shares its table of open files (CLONE_FILES), goes in, puts the socket
// into that table and ends.
//
// Man pages: network_namespaces(7), setns(2), ioctl_ns(2), clone(2).
// Next: NetlinkSocket.swift.

import CLinux
import Glibc
import Support

/// A network namespace, held open.
package struct NetworkNamespace: ~Copyable, Sendable {
  /// Refers to the namespace: what setns(2) and IFLA_NET_NS_FD take.
  package let descriptor: FileDescriptor
  private let subject: String

  /// The namespace kept by the bind mount at `path`.
  package init(path: String) throws {
    descriptor = try FileDescriptor.open(path, O_RDONLY)
    subject = path
  }

  /// The namespace process `pid` is in.
  package init(of pid: pid_t) throws {
    try self.init(path: Namespace.network.path(of: pid))
  }

  /// The namespace this thread is in.
  package static func current() throws -> NetworkNamespace {
    try NetworkNamespace(path: "/proc/thread-self/ns/net")
  }

  /// Tells it from other namespaces while somebody holds it.
  package var inode: UInt64 {
    var info = stat()
    return fstat(descriptor.number, &info) == 0 ? UInt64(info.st_ino) : 0
  }

  /// Whether this thread is in it.
  package var isCurrent: Bool {
    var mine = stat()
    var other = stat()
    guard stat("/proc/thread-self/ns/net", &mine) == 0, fstat(descriptor.number, &other) == 0 else {
      return false
    }
    return mine.st_ino == other.st_ino && mine.st_dev == other.st_dev
  }

  /// Moves this thread into it for good.
  package func enter() throws {
    try setNamespace(descriptor.number, .network, subject: subject)
  }

  /// Runs `body`, which makes a descriptor, in this namespace. The caller must have one thread
  /// unless it may go in and out (root).
  package func open(_ body: () throws -> FileDescriptor) throws -> FileDescriptor {
    if isCurrent { return try body() }
    let home = try NetworkNamespace.current()
    return home.isOurs ? try visit(from: home, body) : try sendChild(body)
  }

  /// Goes in and out; whatever happens, the thread is home again afterwards.
  private func visit(
    from home: borrowing NetworkNamespace, _ body: () throws -> FileDescriptor
  ) throws -> FileDescriptor {
    try enter()
    let made = Result { try body().release() }
    try home.enter()
    return FileDescriptor(owning: try made.get())
  }

  private func sendChild(_ body: () throws -> FileDescriptor) throws -> FileDescriptor {
    // The child replaces what this number refers to, so nothing has to be sent back.
    let place = FileDescriptor(owning: try check(dk_eventfd(0, O_CLOEXEC), "eventfd"))
    fflush(nil)
    let shareFiles: UInt64 = 0x400
    let waitForChild: UInt64 = 0x4000
    let pid = try check(
      dk_clone3(shareFiles | waitForChild, nil, SIGCHLD, -1), "clone3", "CLONE_FILES")
    if pid == 0 {
      _exit(fill(place.number, body))
    }
    let status = try waitFor(pid)
    guard status.code == 0 else { throw SyscallError("setns", subject, errno: status.code) }
    return place
  }

  /// In the child: 0, or the errno of what failed.
  private func fill(_ place: Int32, _ body: () throws -> FileDescriptor) -> Int32 {
    do {
      try enter()
      let made = try body()
      try check(dk_dup3(made.number, place, O_CLOEXEC), "dup3")
      return 0
    } catch {
      return (error as? SyscallError)?.errno ?? EINVAL
    }
  }

  /// Whether this process has power over it, and so may come back to it: NS_GET_USERNS refuses
  /// namespaces that belong to a user namespace above the caller's.
  package var isOurs: Bool {
    let owner = dk_ioctl_ptr(descriptor.number, 0xB701, nil)
    guard owner >= 0 else { return false }
    close(owner)
    return true
  }
}
