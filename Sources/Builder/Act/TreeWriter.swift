// Putting files into the tree of a stage, which an image wrote and nobody trusts: everything goes
// through descriptors that were resolved inside the tree.
//
// Man pages: openat2(2), mkdirat(2), linkat(2), copy_file_range(2).

import Glibc
import Images
import Linux
import Support

/// Writes what a COPY takes.
final class TreeWriter {
  let root: RootedDirectory
  /// Owner of everything that is written; nil keeps the source's, or root for a context.
  var owner: (user: uid_t, group: gid_t)?
  var mode: FileModeChange?
  /// Of a file with several names, the first that was written.
  private var links: [LinkKey: String] = [:]
  /// Times of directories, set when nothing more is put into them.
  private var directoryTimes: [(path: String, time: timespec)] = []

  private struct LinkKey: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  init(_ path: String) throws {
    root = try RootedDirectory(path)
  }

  /// Whether `path` is a directory, links followed.
  func isDirectory(_ path: String) -> Bool {
    ((try? root.status(path))?.st_mode ?? 0) & S_IFMT == S_IFDIR
  }

  /// mkdir -p: new directories belong to `owner`.
  func makeDirectories(_ path: String, mode: mode_t = 0o755) throws {
    var reached = ""
    for part in path.split(separator: "/") where part != "." {
      let next = reached.isEmpty ? String(part) : "\(reached)/\(part)"
      if try !root.exists(next) {
        let above = try root.open(reached, O_PATH | O_DIRECTORY)
        if mkdirat(above.number, String(part), 0o700) != 0 && errno != EEXIST {
          throw SyscallError("mkdir", "/" + next)
        }
        try fchmodAt(above.number, String(part), mode)
        if let owner { try chown(above.number, String(part), owner.user, owner.group) }
      }
      reached = next
    }
    if !reached.isEmpty, !isDirectory(reached) {
      throw DockerfileError(
        Text("cannot copy to non-directory: /\(reached)", ko: "/\(reached)은(는) 디렉터리가 아닙니다"),
        isSyntax: false)
    }
  }

  /// Writes one item of `tree` at `path`.
  func write(_ item: SourceItem, of tree: SourceTree, at path: String) throws {
    if path.isEmpty || path == "." { return }
    let place = try root.parent(of: path)
    if item.type == S_IFDIR { return try writeDirectory(item, tree, place, path) }
    let key = LinkKey(device: UInt64(item.info.st_dev), inode: UInt64(item.info.st_ino))
    try makeRoom(place, path)
    if item.info.st_nlink > 1, item.type == S_IFREG, let first = links[key] {
      let source = try root.parent(of: first)
      try check(
        linkat(source.directory.number, source.name, place.directory.number, place.name, 0),
        "link", path)
      return
    }
    switch item.type {
    case S_IFREG: try writeFile(item, tree, place, path)
    case S_IFLNK:
      let target = try tree.linkTarget(item.path)
      try check(symlinkat(target, place.directory.number, place.name), "symlink", path)
      try setOwner(place, item, tree)
    default:
      try check(
        mknodat(place.directory.number, place.name, item.info.st_mode, item.info.st_rdev), "mknod",
        path)
      try setOwner(place, item, tree)
      try setMode(place, item)
    }
    try setTime(place, item.info.st_mtim)
    if item.info.st_nlink > 1, item.type == S_IFREG { links[key] = path }
  }

  /// Writes a document that stands in the Dockerfile.
  func write(_ content: String, at path: String) throws {
    let place = try root.parent(of: path)
    try makeRoom(place, path)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = FileDescriptor(
      owning: try check(openat(place.directory.number, place.name, flags, 0o600), "open", path))
    try writeAll(file.number, content)
    try chown(
      place.directory.number, place.name, owner?.user ?? 0, owner?.group ?? 0)
    let mode = mode?.applied(to: 0o644, isDirectory: false) ?? 0o644
    try check(fchmod(file.number, mode), "chmod", path)
  }

  /// Sets the times of directories. Called last.
  func finish() throws {
    for (path, time) in directoryTimes.reversed() {
      let place = try root.parent(of: path)
      try setTime(place, time)
    }
    directoryTimes = []
  }

  private func writeDirectory(
    _ item: SourceItem, _ tree: SourceTree, _ place: borrowing RootedDirectory.Place, _ path: String
  ) throws {
    if mkdirat(place.directory.number, place.name, 0o700) != 0 {
      guard errno == EEXIST else { throw SyscallError("mkdir", "/" + path) }
      guard isDirectory(path) else {
        throw DockerfileError(
          Text("cannot copy to non-directory: /\(path)", ko: "/\(path)은(는) 디렉터리가 아닙니다"),
          isSyntax: false)
      }
      var info = stat()
      // A link to a directory stays a link.
      guard fstatat(place.directory.number, place.name, &info, AT_SYMLINK_NOFOLLOW) == 0,
        info.st_mode & S_IFMT == S_IFDIR
      else { return }
    }
    try setOwner(place, item, tree)
    try setMode(place, item)
    directoryTimes.append((path, item.info.st_mtim))
  }

  private func writeFile(
    _ item: SourceItem, _ tree: SourceTree, _ place: borrowing RootedDirectory.Place, _ path: String
  ) throws {
    let source = try tree.root.open(
      item.path, O_RDONLY | O_NONBLOCK | (item.isTop ? 0 : O_NOFOLLOW))
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let target = FileDescriptor(
      owning: try check(openat(place.directory.number, place.name, flags, 0o600), "open", path))
    try copyContent(from: source.number, to: target.number, subject: path)
    try setOwner(place, item, tree)
    for name in try ExtendedAttributes.names(of: source.number)
    where name.hasPrefix("user.") || name == "security.capability" {
      guard let value = try ExtendedAttributes.value(of: name, in: source.number) else { continue }
      _ = try ExtendedAttributes.set(name, value, on: target.number)
    }
    // After the owner: chown(2) takes set-uid away.
    try check(fchmod(target.number, finalMode(item)), "chmod", path)
  }

  private func finalMode(_ item: SourceItem) -> mode_t {
    let own = item.info.st_mode & 0o7777
    return mode?.applied(to: own, isDirectory: item.type == S_IFDIR) ?? own
  }

  private func setMode(_ place: borrowing RootedDirectory.Place, _ item: SourceItem) throws {
    try fchmodAt(place.directory.number, place.name, finalMode(item))
  }

  private func fchmodAt(_ directory: Int32, _ name: String, _ mode: mode_t) throws {
    // The name was just made, and is no link.
    try check(fchmodat(directory, name, mode, 0), "chmod", name)
  }

  private func setOwner(
    _ place: borrowing RootedDirectory.Place, _ item: SourceItem, _ tree: SourceTree
  ) throws {
    let user = owner?.user ?? (tree.keepsOwners ? item.info.st_uid : 0)
    let group = owner?.group ?? (tree.keepsOwners ? item.info.st_gid : 0)
    try chown(place.directory.number, place.name, user, group)
  }

  /// A user namespace may not know an owner's number: that is told.
  private func chown(_ directory: Int32, _ name: String, _ user: uid_t, _ group: gid_t) throws {
    try check(fchownat(directory, name, user, group, AT_SYMLINK_NOFOLLOW), "chown", name)
  }

  private func setTime(_ place: borrowing RootedDirectory.Place, _ time: timespec) throws {
    try check(
      utimensat(place.directory.number, place.name, [time, time], AT_SYMLINK_NOFOLLOW),
      "utimensat", place.name)
  }

  /// Removes what is at the place unless it is a directory.
  private func makeRoom(_ place: borrowing RootedDirectory.Place, _ path: String) throws {
    if unlinkat(place.directory.number, place.name, 0) == 0 || errno == ENOENT { return }
    if errno == EISDIR || errno == EPERM {
      throw DockerfileError(
        Text(
          "cannot replace to directory /\(path) with file", ko: "디렉터리 /\(path)을(를) 파일로 바꿀 수 없습니다"),
        isSyntax: false)
    }
    throw SyscallError("unlink", path)
  }
}
