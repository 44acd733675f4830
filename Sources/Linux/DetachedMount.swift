// The new mount interface: a mount is a descriptor before it has a place.
//
// open_tree(2) copies a mount, with all below it when asked, without attaching it anywhere;
// mount_setattr(2) gives the copy its flags; move_mount(2) puts it in place. Source and target are
// descriptors throughout, so nobody can exchange a directory for a link in between, and no process
// ever sees the mount with the wrong flags. Needs Linux 5.12.
//
// Man pages: open_tree(2), mount_setattr(2), move_mount(2).

import CLinux
import Glibc
import Support

/// A copy of a mount that is not attached yet. Dropped without `attach`, it is gone.
package struct DetachedMount: ~Copyable {
  private let tree: FileDescriptor

  private static let recursive: UInt32 = 0x8000  // AT_RECURSIVE
  private static let emptyPath: UInt32 = 0x1000  // AT_EMPTY_PATH

  /// Copies what is mounted at `path` (symbolic links followed), or the part of it below `path`.
  package init(copying path: String, recursive: Bool) throws {
    let flags = 1 | UInt32(bitPattern: O_CLOEXEC) | (recursive ? DetachedMount.recursive : 0)
    tree = FileDescriptor(owning: try check(dk_open_tree(AT_FDCWD, path, flags), "open_tree", path))
  }

  /// Copies what `source`, a descriptor, refers to.
  package init(
    copying source: borrowing FileDescriptor, recursive: Bool, subject: String
  ) throws {
    let flags =
      1 | UInt32(bitPattern: O_CLOEXEC) | DetachedMount.emptyPath
      | (recursive ? DetachedMount.recursive : 0)
    tree = FileDescriptor(
      owning: try check(dk_open_tree(source.number, "", flags), "open_tree", subject))
  }

  /// Takes a descriptor that `release` gave up.
  package init(owning tree: Int32) {
    self.tree = FileDescriptor(owning: tree)
  }

  /// Whether the copied place is a directory.
  package var isDirectory: Bool {
    var info = stat()
    return fstatat(tree.number, "", &info, AT_EMPTY_PATH) == 0
      && info.st_mode & S_IFMT == S_IFDIR
  }

  /// Sets mount flags and propagation on the copy, and with `recursive` on all below it.
  package func set(
    _ flags: MountFlags, clearing: MountFlags = [], propagation: MountFlags = [], recursive: Bool
  ) throws {
    try setMountAttributes(
      tree, flags, clearing: clearing, propagation: propagation, recursive: recursive)
  }

  /// Shows the files of the copy with other owners, and stores new ones the other way round: an id of the
  /// disk that is inside `users`, a user namespace, appears as what it stands for outside
  /// (MOUNT_ATTR_IDMAP). Only before the copy is attached, and with CAP_SYS_ADMIN where the file system
  /// was mounted. Throws `SyscallError`: EPERM without that, EINVAL for a kind of file system that
  /// cannot do it.
  package func mapOwners(
    through users: borrowing FileDescriptor, recursive: Bool, subject: String
  ) throws {
    try check(
      dk_mount_idmap(tree.number, recursive ? DetachedMount.recursive : 0, users.number),
      "mount_setattr idmap", subject)
  }

  /// Puts the copy over what `target` refers to.
  package consuming func attach(to target: borrowing FileDescriptor, subject: String) throws {
    try check(
      dk_move_mount(tree.number, "", target.number, "", 0x4 | 0x40), "move_mount", subject)
  }

  /// A path to the copy, for openat(2) or execve(2) through it.
  package var path: String { "/proc/self/fd/\(tree.number)" }

  /// The descriptor of the copy, borrowed.
  package var number: Int32 { tree.number }

  /// Gives the descriptor up: the caller closes it.
  package consuming func release() -> Int32 { tree.release() }
}

/// mount_setattr(2) on the mount `place` refers to, and with `recursive` on all below it.
package func setMountAttributes(
  _ place: borrowing FileDescriptor, _ flags: MountFlags, clearing: MountFlags = [],
  propagation: MountFlags = [], recursive: Bool
) throws {
  var toClear = attributeBits(clearing)
  let toSet = attributeBits(flags)
  // The three ways to keep access times are one field: it has to be cleared to be set.
  let times: MountFlags = [.noAccessTime, .relativeAccessTime, .strictAccessTime]
  if !flags.isDisjoint(with: times) || !clearing.isDisjoint(with: times) { toClear |= 0x70 }
  let spread = propagation.subtracting(.recursive)
  if toSet == 0 && toClear == 0 && spread.isEmpty { return }
  try check(
    dk_mount_setattr(
      place.number, "", 0x1000 | (recursive ? 0x8000 : 0), toSet, toClear,
      UInt64(spread.rawValue)), "mount_setattr", flags.description)
}

/// The MOUNT_ATTR_… bits of `flags`; what a mount has none for is left out.
private func attributeBits(_ flags: MountFlags) -> UInt64 {
  let bits: [(MountFlags, UInt64)] = [
    (.readOnly, 0x1), (.noSuid, 0x2), (.noDevices, 0x4), (.noExec, 0x8), (.noAccessTime, 0x10),
    (.strictAccessTime, 0x20), (.noDirectoryAccessTime, 0x80), (.noSymlinkFollow, 0x20_0000),
  ]
  return bits.filter { flags.contains($0.0) }.reduce(0) { $0 | $1.1 }
}
