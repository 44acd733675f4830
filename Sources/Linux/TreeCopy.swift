// Copying between trees neither of which is trusted: every step goes from one open directory to the
// next (openat(2) with O_NOFOLLOW), so a link that appears meanwhile leads nowhere.
//
// Extended attributes come along (capabilities of programs, access lists, notes of users), except
// those by which overlay marks its own directories.
//
// Man pages: openat(2), mkdirat(2), copy_file_range(2), utimensat(2), xattr(7).

import CLinux
import Glibc
import Support

/// Copies files and directories with mode, times and symbolic links.
package struct TreeCopy {
  /// Owner of everything that is made; nil keeps the owners of the source.
  package var owner: (user: uid_t, group: gid_t)?
  /// What an owner is called on the other side; nil for one that is nobody there, whose copy stays the
  /// copier's.
  package var translate: (_ user: uid_t, _ group: gid_t) -> (user: uid_t, group: gid_t)? = {
    ($0, $1)
  }

  package init(owner: (user: uid_t, group: gid_t)? = nil) {
    self.owner = owner
  }

  /// Copies `source`, whatever it is, to the name `target.name` in `target.directory`. An existing
  /// directory is filled, an existing file replaced; a directory never replaces a file.
  package func copy(
    _ source: borrowing RootedDirectory.Place, to target: borrowing RootedDirectory.Place
  ) throws {
    try copy(source.directory.number, source.name, target.directory.number, target.name)
  }

  /// Copies what is in the directory `source` into the directory `target`, which takes over the
  /// mode and owner of `source`.
  package func copyContents(
    of source: borrowing FileDescriptor, into target: borrowing FileDescriptor
  ) throws {
    try copyContents(source.number, target.number)
    var info = stat()
    try check(fstat(source.number, &info), "stat", "copy source")
    try setAttributes(target.number, info, from: source.number)
  }

  private func copyContents(_ source: Int32, _ target: Int32) throws {
    for name in try Directory.list("/proc/self/fd/\(source)") {
      try copy(source, name, target, name)
    }
  }

  private func copy(_ from: Int32, _ name: String, _ into: Int32, _ newName: String) throws {
    var info = stat()
    try check(fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW), "stat", name)
    switch info.st_mode & S_IFMT {
    case S_IFDIR: try copyDirectory(from, name, into, newName, info)
    case S_IFREG: try copyFile(from, name, into, newName, info)
    case S_IFLNK:
      try makeRoom(into, newName)
      let link = try File.link("/proc/self/fd/\(from)/\(name)")
      try check(symlinkat(link, into, newName), "symlink", newName)
      try setOwner(into, newName, info)
    default:
      try makeRoom(into, newName)
      try check(mknodat(into, newName, info.st_mode, info.st_rdev), "mknod", newName)
      try setOwner(into, newName, info)
    }
  }

  private func copyDirectory(
    _ from: Int32, _ name: String, _ into: Int32, _ newName: String, _ info: stat
  ) throws {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let source = FileDescriptor(owning: try check(openat(from, name, flags), "open", name))
    if mkdirat(into, newName, 0o700) != 0 && errno != EEXIST {
      throw SyscallError("mkdir", newName)
    }
    let target = FileDescriptor(
      owning: try check(openat(into, newName, flags), "open", newName))
    try copyContents(source.number, target.number)
    try setAttributes(target.number, info, from: source.number)
  }

  private func copyFile(
    _ from: Int32, _ name: String, _ into: Int32, _ newName: String, _ info: stat
  ) throws {
    let source = FileDescriptor(
      owning: try check(
        openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), "open", name))
    // Who lives there may have put something else in its place meanwhile.
    var now = stat()
    try check(fstat(source.number, &now), "stat", name)
    guard now.st_mode & S_IFMT == S_IFREG else { throw SyscallError("open", name, errno: ESTALE) }
    try makeRoom(into, newName)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let target = FileDescriptor(
      owning: try check(openat(into, newName, flags, 0o600), "open", newName))
    while true {
      let count = dk_copy_file_range(source.number, target.number, 1 << 30)
      if count > 0 { continue }
      if count == 0 { break }
      // Not on this pair of file systems (EXDEV, EOPNOTSUPP): by way of sendfile(2).
      while try check(dk_copy(source.number, target.number), "sendfile", name) > 0 {}
      break
    }
    try setAttributes(target.number, info, from: source.number)
  }

  /// Removes what is at `name` unless it is a directory (`EISDIR`).
  private func makeRoom(_ directory: Int32, _ name: String) throws {
    if unlinkat(directory, name, 0) == 0 || errno == ENOENT { return }
    throw SyscallError("unlink", name)
  }

  /// A user namespace may not know an owner's number; then the copy stays the copier's.
  private func setOwner(_ directory: Int32, _ name: String, _ info: stat) throws {
    guard let owner = owner(of: info) else { return }
    if fchownat(directory, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) != 0
      && errno != EPERM && errno != EINVAL
    {
      throw SyscallError("chown", name)
    }
  }

  private func owner(of source: stat) -> (user: uid_t, group: gid_t)? {
    translate(owner?.user ?? source.st_uid, owner?.group ?? source.st_gid)
  }

  /// In this order: a new owner takes set-uid bits and capabilities away.
  private func setAttributes(_ fd: Int32, _ info: stat, from source: Int32) throws {
    if let owner = owner(of: info),
      fchown(fd, owner.user, owner.group) != 0 && errno != EPERM
        && errno != EINVAL
    {
      throw SyscallError("chown", "copy")
    }
    for name in try ExtendedAttributes.names(of: source) where Self.isContent(name) {
      guard let value = try ExtendedAttributes.value(of: name, in: source) else { continue }
      _ = try ExtendedAttributes.set(name, value, on: fd)
    }
    fchmod(fd, info.st_mode & 0o7777)
    var times = [info.st_atim, info.st_mtim]
    futimens(fd, &times)
  }

  private static func isContent(_ attribute: String) -> Bool {
    if attribute.hasPrefix("user.") { return !attribute.hasPrefix("user.overlay.") }
    return ["security.capability", "system.posix_acl_access", "system.posix_acl_default"]
      .contains(attribute)
  }
}
