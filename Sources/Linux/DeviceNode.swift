// /dev of a container: six device files and five symbolic links.
//
// A container sees a small tmpfs at /dev with what programs cannot do without. The nodes are made
// with mknod(2); in a user namespace that is refused and the host's files are bind-mounted instead.
// Terminals come from the container's own devpts, hence /dev/ptmx is a link into it.
//
// See null(4), random(4), tty(4), pts(4).

import CLinux
import Glibc
import Support

/// A device file to make in a container.
package struct DeviceNode: Sendable, Hashable, Codable {
  package var path: String
  package var kind: DeviceRule.Kind
  package var major: UInt32
  package var minor: UInt32
  package var mode: UInt32
  package var user: UInt32
  package var group: UInt32

  package init(
    _ path: String, _ major: UInt32, _ minor: UInt32, kind: DeviceRule.Kind = .character,
    mode: UInt32 = 0o666, user: UInt32 = 0, group: UInt32 = 0
  ) {
    self.path = path
    self.kind = kind
    self.major = major
    self.minor = minor
    self.mode = mode
    self.user = user
    self.group = group
  }

  /// The nodes every container has.
  package static let containerDefault = [
    DeviceNode("/dev/null", 1, 3), DeviceNode("/dev/zero", 1, 5), DeviceNode("/dev/full", 1, 7),
    DeviceNode("/dev/random", 1, 8), DeviceNode("/dev/urandom", 1, 9),
    DeviceNode("/dev/tty", 5, 0),
  ]

  /// The links every container has: path and target.
  package static let containerLinks: [(path: String, target: String)] = [
    ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
    ("/dev/ptmx", "pts/ptmx"),
  ]

  /// `dev_t` of the node.
  package var device: UInt64 { dk_makedev(major, minor) }

  /// The mode with the file type, as mknod(2) takes it.
  package var nodeMode: mode_t { (kind == .block ? S_IFBLK : S_IFCHR) | mode_t(mode) }

  /// The device file at `path` on this host; `nil` when there is something else or nothing.
  package init?(hostPath path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    let type = info.st_mode & S_IFMT
    guard type == S_IFCHR || type == S_IFBLK else { return nil }
    self.init(
      path, dk_major(UInt64(info.st_rdev)), dk_minor(UInt64(info.st_rdev)),
      kind: type == S_IFBLK ? .block : .character, mode: UInt32(info.st_mode & 0o7777),
      user: info.st_uid, group: info.st_gid)
  }
}
