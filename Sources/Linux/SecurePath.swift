// Paths inside a tree that somebody else wrote.
//
// A container image may hold `/etc -> /` or `/data -> ../../..`. Joining such a path to the root
// directory as text and opening it would leave the tree, and checking first would lose the race
// against a process inside that exchanges a directory for a link. So every such path is resolved by
// the kernel, relative to a descriptor of the root, with openat2(2):
//
//   RESOLVE_IN_ROOT        `/` and `..` mean the root of the tree, as after chroot(2)
//   RESOLVE_NO_MAGICLINKS  links such as /proc/self/fd/3 lead nowhere
//
// What is made, is made by name in a parent directory opened this way (mkdirat(2) and its kin do
// not follow a link in the last component).
//
// Man pages: openat2(2), path_resolution(7), symlink(7). Next: Runtime's InitProcess.swift.

import CLinux
import Glibc
import Support

/// A directory taken as the root of a tree: no path given to it leads outside.
package struct RootedDirectory: ~Copyable, Sendable {
  /// An O_PATH descriptor of the root.
  package let descriptor: FileDescriptor
  /// Where it stood when opened, for messages.
  package let path: String

  /// RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT
  private static let resolve: UInt64 = 0x02 | 0x10

  /// Opens the directory at `path` of the host, symbolic links followed.
  package init(_ path: String) throws {
    descriptor = try FileDescriptor.open(path, O_PATH | O_DIRECTORY)
    self.path = path
  }

  /// Opens `inner`, symbolic links followed inside the tree (`O_NOFOLLOW` for the last one not).
  package func open(_ inner: String, _ flags: Int32, mode: mode_t = 0) throws -> FileDescriptor {
    FileDescriptor(owning: try openRaw(inner, flags, mode: mode))
  }

  private func openRaw(_ inner: String, _ flags: Int32, mode: mode_t = 0) throws -> Int32 {
    let name = inner.isEmpty ? "." : inner
    let creates = flags & (O_CREAT | 0o20_000_000) != 0
    // EAGAIN: the kernel saw a rename or mount while it resolved `..`; it asks to try again.
    for _ in 0..<128 {
      let fd = dk_openat2(
        descriptor.number, name, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)),
        creates ? UInt64(mode & 0o7777) : 0, RootedDirectory.resolve)
      if fd >= 0 { return SyscallTrace.note("openat2", name, fd) }
      if errno != EAGAIN && errno != EINTR { break }
    }
    return try check(Int32(-1), "openat2", name)
  }

  /// The directory that holds the last component of `inner`, and that component's name.
  ///
  /// With `creating`, missing directories on the way are made with mode `creating`.
  package func parent(of inner: String, creating: mode_t? = nil) throws -> Place {
    var parts = inner.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
    guard let name = parts.popLast(), name != ".." else {
      throw SyscallError("openat2", inner, errno: EINVAL)
    }
    let directory = parts.text(separatedBy: "/")
    let descriptor =
      try creating.map { try makeDirectories(directory, mode: $0) }
      ?? open(directory, O_PATH | O_DIRECTORY)
    return Place(directory: descriptor, name: String(name))
  }

  /// A name in an open directory: what mkdirat(2) and its kin take.
  package struct Place: ~Copyable {
    package let directory: FileDescriptor
    package let name: String
  }

  /// mkdir -p: returns the directory, opened with O_PATH. Where a link leads to what is not there
  /// yet, that is an error, or made, inside the tree, when `throughLinks` says so (for the targets
  /// of mounts).
  package func makeDirectories(
    _ inner: String, mode: mode_t = 0o755, throughLinks: Bool = false
  ) throws -> FileDescriptor {
    try makeDirectories(inner, mode, links: throughLinks ? 40 : 0)
  }

  private func makeDirectories(
    _ inner: String, _ mode: mode_t, links: Int
  ) throws -> FileDescriptor {
    if let raw = try openExisting(inner) { return FileDescriptor(owning: raw) }
    var reached = ""
    let parts = inner.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
    for (index, part) in parts.enumerated() {
      let next = reached.isEmpty ? String(part) : "\(reached)/\(part)"
      if try exists(next) == false {
        let above = try open(reached, O_PATH | O_DIRECTORY)
        if SyscallTrace.note("mkdirat", next, mkdirat(above.number, String(part), mode)) != 0 {
          guard errno == EEXIST else { throw SyscallError("mkdir", inner) }
          if links > 0, let target = link(String(part), in: above) {
            let start = target.hasPrefix("/") ? target : "\(reached)/\(target)"
            let rest = parts[(index + 1)...].joined(separator: "/")
            return try makeDirectories("\(start)/\(rest)", mode, links: links - 1)
          }
        }
      }
      reached = next
    }
    return try open(reached, O_PATH | O_DIRECTORY)
  }

  private func link(_ name: String, in directory: borrowing FileDescriptor) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = SyscallTrace.note(
      "readlinkat", name, readlinkat(directory.number, name, &buffer, buffer.count))
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func openExisting(_ inner: String) throws -> Int32? {
    do {
      return try openRaw(inner, O_PATH | O_DIRECTORY)
    } catch let error as SyscallError where error.errno == ENOENT {
      return nil
    }
  }

  /// Whether `inner` leads to something, symbolic links followed inside the tree.
  package func exists(_ inner: String) throws -> Bool {
    do {
      close(try openRaw(inner, O_PATH))
      return true
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
      return false
    }
  }

  /// stat(2), or lstat(2) when `followingLast` is false.
  package func status(_ inner: String, followingLast: Bool = true) throws -> stat {
    let file = try open(inner, followingLast ? O_PATH : O_PATH | O_NOFOLLOW)
    var info = stat()
    try check(fstatat(file.number, "", &info, AT_EMPTY_PATH), "stat", inner)
    return info
  }

  /// The bytes of the regular file `inner`, at most `limit` (`EFBIG` beyond it).
  package func read(_ inner: String, limit: Int = 16 << 20) throws -> [UInt8] {
    let file = try open(inner, O_RDONLY | O_NONBLOCK)
    return try readAll(file.number, limit: limit, subject: inner)
  }
}

/// A path the kernel resolves to what `descriptor` refers to, for calls that take only paths.
package func descriptorPath(_ descriptor: borrowing FileDescriptor) -> String {
  "/proc/self/fd/\(descriptor.number)"
}
