import CLinux
import Glibc
import Support

/// What the ids of this process's user namespace stand for (user_namespaces(7)).
package struct UserNamespace: Sendable, Hashable {
  /// One range of /proc/self/gid_map.
  package struct Range: Sendable, Hashable {
    package var inside: UInt32
    package var outside: UInt32
    package var count: UInt32
  }

  package var groups: [Range]

  /// The namespace this process is in.
  package static var current: UserNamespace {
    UserNamespace(parsing: (try? File.text("/proc/self/gid_map", limit: 65536)) ?? "")
  }

  /// What the user ids of this process's namespace stand for.
  package static var currentUsers: [Range] {
    UserNamespace(parsing: (try? File.text("/proc/self/uid_map", limit: 65536)) ?? "").groups
  }

  /// Reads the text of a gid_map file.
  init(parsing text: String) {
    groups = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        .compactMap { UInt32($0) }
      guard fields.count == 3 else { return nil }
      return Range(inside: fields[0], outside: fields[1], count: fields[2])
    }
  }

  /// Whether it is another than the first, which maps every id to itself.
  package var isNested: Bool {
    groups != [Range(inside: 0, outside: 0, count: UInt32.max)]
  }

  /// A new user namespace with these maps, each line `inside outside count`, that no process is in: for
  /// mounts that show other owners. The caller must have a single thread, and the ids it maps.
  package static func make(users: String, groups: String) throws -> FileDescriptor {
    let (wait, end) = try FileDescriptor.pipe().split()
    guard case .parent(let pid, let pidfd) = try cloneProcess([.user]) else {
      close(end)
      var byte: UInt8 = 0
      _ = retryingInterrupts { read(wait, &byte, 1) }
      _exit(0)
    }
    defer {
      for fd in [wait, end, pidfd] { close(fd) }
      _ = try? waitFor(pid)
    }
    if geteuid() != 0 { try? File.command("/proc/\(pid)/setgroups", "deny") }
    try File.command("/proc/\(pid)/uid_map", users)
    try File.command("/proc/\(pid)/gid_map", groups)
    return try FileDescriptor.open(Namespace.user.path(of: pid), O_RDONLY)
  }

  /// Makes this process root of the user namespace it is in, which it has joined or which has its maps by
  /// now: before, it is nobody there.
  package static func becomeRoot() throws {
    // Refused where setgroups(2) is switched off, and then there is nothing to give up.
    SyscallTrace.note("setgroups", "none", setgroups(0, nil))
    try check(dk_setresgid(0), "setresgid", "0")
    try check(dk_setresuid(0), "setresuid", "0")
  }

  /// Who root of the user namespace of process `pid` is in ours; nil when that is nobody, when the process
  /// is gone, and when its namespace is ours.
  package static func root(of pid: Int32) -> (user: uid_t, group: gid_t)? {
    // Of a process in the reader's own namespace the kernel tells who that is one further out
    // (user_namespaces(7)), where this process has no business.
    guard let theirs = try? Namespace.user.inode(of: pid), let ours = try? Namespace.user.inode(),
      theirs != ours
    else { return nil }
    func outside(_ file: String) -> UInt32? {
      let text = (try? File.text("/proc/\(pid)/\(file)", limit: 65536)) ?? ""
      return UserNamespace(parsing: text).groups.first { $0.inside == 0 }?.outside
    }
    guard let user = outside("uid_map"), let group = outside("gid_map") else { return nil }
    return (user, group)
  }

  /// How many group ids it has; 1 without subordinate ids.
  package var mappedGroups: UInt32 { groups.reduce(0) { $0 &+ $1.count } }
}
