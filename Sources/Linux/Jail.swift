// Shutting a process in for good: the calls that make a root of its own and a user of its own.
//
// Mounts that a mount namespace got from one of another user namespace are locked: they cannot be taken
// off, and a read-only one stays read-only (mount_namespaces(7)). So who builds a root file system for
// somebody hostile builds it first and makes the user namespace after that.
//
// Man pages: pivot_root(2), user_namespaces(7), setresuid(2).

import CLinux
import Glibc
import Support

/// Makes `root`, which must be a mount, the root directory of this process's mount namespace, and lets
/// the old one go. Works without a place for the old root: it ends up over the new one and is taken off.
package func pivotRoot(to root: String) throws {
  try check(chdir(root), "chdir", root)
  try check(dk_pivot_root(".", "."), "pivot_root", root)
  try unmountLazily(".")
  try check(chdir("/"), "chdir", "/")
}

/// Makes this process root of the user namespace it is in, groups included.
package func becomeNamespaceRoot() throws {
  _ = setgroups(0, nil)
  try check(dk_setresgid(0), "setresgid", "0")
  try check(dk_setresuid(0), "setresuid", "0")
}

/// Which ids of a new user namespace are which ids of ours: one range for users and groups alike.
package struct IDMapping: Sendable, Hashable {
  /// The first id outside that is root inside.
  package var outside: UInt32
  package var count: UInt32

  package init(outside: UInt32, count: UInt32) {
    self.outside = outside
    self.count = count
  }

  /// All ids of the namespace this process is in, as they are.
  package static var identity: IDMapping {
    IDMapping(outside: 0, count: max(1, UserNamespace.current.mappedGroups))
  }

  /// Writes the maps of `process`, which has just made its user namespace. Needs CAP_SETUID and
  /// CAP_SETGID here.
  package func write(for process: pid_t) throws {
    try File.command("/proc/\(process)/uid_map", "0 \(outside) \(count)\n")
    try File.command("/proc/\(process)/gid_map", "0 \(outside) \(count)\n")
  }
}

/// Brings the loopback interface of this process's network namespace up.
package func bringLoopbackUp() throws {
  var socket = try NetlinkSocket()
  try socket.perform([.bringUp(index: 1, name: "lo")])
}

/// Bounds for this process and everything it starts (setrlimit(2)).
package enum ResourceLimit: Int32, Sendable {
  case fileSize = 1
  case coreSize = 4
  case processes = 6
  case openFiles = 7
  case lockedMemory = 8

  /// Sets soft and hard limit; one that is lower already stays.
  package func lower(to value: UInt64) {
    var (soft, hard): (UInt64, UInt64) = (0, 0)
    guard dk_get_rlimit(rawValue, &soft, &hard) == 0 else { return }
    _ = dk_set_rlimit(rawValue, min(soft, value), min(hard, value))
  }
}
