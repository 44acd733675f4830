// The members of a layer, one by one. Everything is made by name in the open parent directory,
// first closed to others, then given its owner, attributes and mode in this order: chown(2) clears
// set-uid bits and file capabilities, and a mode without write permission would be in the way.

import CLinux
import Glibc
import Linux
import Support

extension LayerUnpacker {
  func makeFile(_ name: String, in parent: Int32, _ entry: TarEntry, _ reader: TarReader) throws {
    try spend(entry.size, entry)
    let file = FileDescriptor(
      owning: try check(
        openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600),
        "open", entry.name))
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while true {
        let count = try reader.read(into: buffer)
        if count == 0 { break }
        try writeAll(file.number, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
    try finish(file.number, entry)
    try check(futimens(file.number, entry.times), "utimensat", entry.name)
  }

  func makeDirectory(
    _ name: String, in parent: Int32, _ path: String, _ entry: TarEntry, _ replaced: Replaced
  ) throws {
    if replaced != .directory { try check(mkdirat(parent, name, 0o700), "mkdir", entry.name) }
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let directory = FileDescriptor(
      owning: try check(openat(parent, name, flags), "open", entry.name))
    // A directory over a deletion of the same name shows nothing of the one deleted.
    if replaced == .whiteout { try OverlayAttributes.makeOpaque(directory.number) }
    try finishDirectory(directory, path, entry)
  }

  func finishDirectory(_ directory: consuming FileDescriptor, _ path: String, _ entry: TarEntry)
    throws
  {
    try finish(directory.number, entry)
    keepTime(ofDirectory: path, entry.modified)
  }

  func makeSymbolicLink(_ name: String, in parent: Int32, to target: String, _ entry: TarEntry)
    throws
  {
    guard !target.isEmpty, !target.utf8.contains(0), target.utf8.count < 4_096 else {
      throw refused(entry, "a symbolic link with a bad target", "심볼릭 링크의 대상이 잘못되었습니다")
    }
    try check(symlinkat(target, parent, name), "symlink", entry.name)
    _ = try setOwner(entry) { fchownat(parent, name, $0, $1, AT_SYMLINK_NOFOLLOW) }
    try setTime(name, in: parent, entry)
  }

  func makeHardLink(_ name: String, in parent: Int32, to target: String, _ entry: TarEntry) throws {
    let parts = try checkedParts(target, of: entry)
    guard !parts.isEmpty else {
      throw refused(entry, "a hard link to the root", "루트를 가리키는 하드 링크입니다")
    }
    let place = try root.parent(of: parts.joined(separator: "/"))
    guard linkat(place.directory.number, place.name, parent, name, 0) != 0 else { return }
    throw errno == ENOENT
      ? refused(
        entry, "a hard link to \(target), which is not in this layer",
        "이 레이어에 없는 \(target)을(를) 가리키는 하드 링크입니다")
      : SyscallError("link", target)
  }

  func makeNode(
    _ name: String, in parent: Int32, _ type: mode_t, _ device: UInt64, _ entry: TarEntry
  ) throws {
    if mknodat(parent, name, type | 0o600, dev_t(device)) != 0 {
      guard errno == EPERM else { throw SyscallError("mknod", entry.name) }
      leaveOut()
      return
    }
    let owned = try setOwner(entry) { fchownat(parent, name, $0, $1, AT_SYMLINK_NOFOLLOW) }
    // Somebody inside may have put a link there meanwhile.
    try check(
      fchmodat(parent, name, entry.safeMode(owned: owned), AT_SYMLINK_NOFOLLOW), "chmod", entry.name
    )
    try setTime(name, in: parent, entry)
  }

  /// A member `.wh.…`: see the head of LayerUnpack.swift.
  func whiteOut(_ name: String, in parent: Int32, _ entry: TarEntry) throws {
    if name == ".wh..wh..opq" {
      try makeOpaque(".", in: parent, entry)
      return
    }
    // AUFS's own bookkeeping.
    if name.hasPrefix(".wh..wh.") { return }
    let victim = String(name.dropFirst(4))
    guard !victim.isEmpty, victim != ".", victim != ".." else {
      throw refused(entry, "deletes nothing that has a name", "삭제할 대상의 이름이 없습니다")
    }
    var info = stat()
    guard fstatat(parent, victim, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
      try check(mknodat(parent, victim, S_IFCHR | 0o600, 0), "mknod", entry.name)
      return
    }
    // A deletion is about the layers below: what this layer has under the name stays.
    if info.st_mode & S_IFMT == S_IFDIR { try makeOpaque(victim, in: parent, entry) }
  }

  /// Sets the modification time of the directory at `path`, if there still is one.
  func setTime(ofDirectory path: String, _ time: TarEntry.Time) throws {
    guard
      let directory = try? root.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    else { return }
    try check(futimens(directory.number, time.pair), "utimensat", path)
  }

  private func makeOpaque(_ name: String, in parent: Int32, _ entry: TarEntry) throws {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let directory = FileDescriptor(
      owning: try check(openat(parent, name, flags), "open", entry.name))
    try OverlayAttributes.makeOpaque(directory.number)
  }

  private func finish(_ file: Int32, _ entry: TarEntry) throws {
    let owned = try setOwner(entry) { fchown(file, $0, $1) }
    for attribute in entry.attributes {
      guard OverlayAttributes.mayCarry(attribute.name) else {
        leaveOut()
        continue
      }
      let value = attribute.value
      if dk_fsetxattr(file, attribute.name, value, value.count, 0) != 0 {
        guard [EPERM, EOPNOTSUPP, EINVAL].contains(errno) else {
          throw SyscallError("setxattr", "\(entry.name): \(attribute.name)")
        }
        leaveOut()
      }
    }
    try check(fchmod(file, entry.safeMode(owned: owned)), "chmod", entry.name)
  }

  /// False when the owner has no mapping here, or only root could give the file away.
  private func setOwner(_ entry: TarEntry, _ chown: (uid_t, gid_t) -> Int32) throws -> Bool {
    if let owner = translate(entry.owner, entry.group) {
      if chown(owner.user, owner.group) == 0 { return true }
      guard errno == EINVAL || errno == EPERM else { throw SyscallError("chown", entry.name) }
    }
    leaveOut()
    return false
  }

  private func setTime(_ name: String, in parent: Int32, _ entry: TarEntry) throws {
    try check(
      utimensat(parent, name, entry.times, AT_SYMLINK_NOFOLLOW), "utimensat", entry.name)
  }
}

extension TarEntry {
  fileprivate var times: [timespec] { modified.pair }

  /// The mode; without set-uid and set-gid when the file could not be given to its owner, whose
  /// rights those bits were to lend.
  fileprivate func safeMode(owned: Bool) -> mode_t {
    mode_t(owned ? mode : mode & 0o1777)
  }
}

extension TarEntry.Time {
  /// Access and modification time, as utimensat(2) takes them.
  fileprivate var pair: [timespec] {
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
    return [time, time]
  }
}
