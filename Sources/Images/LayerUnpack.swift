// A layer's archive becomes a lower directory for overlay.
//
// Two kinds of names in a layer say what it takes away from the layers below it (image-spec,
// layer.md, "Whiteouts"), and overlay has its own spelling for both (kernel, overlayfs.rst):
//
//   .wh.NAME          NAME is deleted        -> a character device 0:0 called NAME
//   .wh..wh..opq      the directory starts   -> the attribute trusted.overlay.opaque=y on it
//                     empty here                (user.overlay.opaque in a user namespace)
//
// The archive is hostile. Names with `..` are refused; every other one, absolute or through a link
// that an earlier member made, is resolved by the kernel inside the layer (SecurePath.swift).
// Overlay's own attributes are dropped: they could point a directory elsewhere.
//
// In a user namespace some things cannot be made: devices, owners without a mapping, some
// attributes. They are left out, counted in the report, and the layer is good without them.
//
// Simplification: a directory that only a deeper path mentions gets mode 0755 and root, where
// containerd would copy it from the layer below.
//
// Man pages: mknod(2), xattr(7), utimensat(2). Next: ContentStore+Layers.swift.

import CLinux
import Glibc
import Linux
import Support

/// How much an archive may unpack to.
package struct UnpackLimits: Sendable {
  package var bytes: Int64 = 64 << 30
  package var entries = 4_000_000
  /// Bytes in a path, and directories in it.
  package var pathLength = 4_000
  package var pathDepth = 200

  package init() {}
}

/// What unpacking did.
package struct UnpackReport: Sendable {
  /// Bytes of files.
  package var bytes: Int64 = 0
  package var entries = 0
  /// Members made without their owner, an attribute, or at all, for lack of privilege.
  package var incomplete = 0
}

/// Unpacks archives into one directory.
package final class LayerUnpacker {
  let root: RootedDirectory
  let archive: String
  private let limits: UnpackLimits
  /// Whether `.wh.` in a name means a deletion. Files copied into a container are no layer, and
  /// may not put a file in the place of a directory either.
  var isLayer = true
  /// Who an owner in the archive is here; nil for nobody.
  var translate: (_ user: uid_t, _ group: gid_t) -> (user: uid_t, group: gid_t)? = { ($0, $1) }
  private var report = UnpackReport()
  /// Modification times of directories, set when nothing more is put into them.
  private var directoryTimes: [String: TarEntry.Time] = [:]
  private var parentPath: String?
  private var parentNumber: Int32 = -1

  /// Makes ready to unpack below `path`; `archive` names the source in errors.
  package init(into path: String, archive: String, limits: UnpackLimits = UnpackLimits()) throws {
    root = try RootedDirectory(path)
    self.archive = archive
    self.limits = limits
  }

  deinit {
    if parentNumber >= 0 { close(parentNumber) }
  }

  /// Unpacks every member of `reader`.
  ///
  /// Errors: `archive.refused`, `archive.cannot-unpack`, and those of the reader.
  package func unpack(_ reader: TarReader) throws -> UnpackReport {
    while let entry = try reader.next() {
      report.entries += 1
      guard report.entries <= limits.entries else {
        throw refused(entry, "more than \(limits.entries) entries", "항목이 \(limits.entries)개를 넘습니다")
      }
      do {
        try unpack(entry, reader)
      } catch let error as SyscallError {
        throw failed(entry, error)
      }
    }
    for (path, time) in directoryTimes { try setTime(ofDirectory: path, time) }
    return report
  }

  private func unpack(_ entry: TarEntry, _ reader: TarReader) throws {
    let parts = try checkedParts(entry.name, of: entry)
    guard let name = parts.last else {
      guard entry.kind == .directory else {
        throw refused(entry, "only a directory can be the root", "루트는 디렉터리여야 합니다")
      }
      try finishDirectory(root.open("", O_RDONLY | O_DIRECTORY), "", entry)
      return
    }
    let parent = try openParent(parts.dropLast().joined(separator: "/"))
    if isLayer, name.hasPrefix(".wh.") {
      try whiteOut(name, in: parent, entry)
      return
    }
    if case .hardLink(let target) = entry.kind, try checkedParts(target, of: entry) == parts {
      return
    }
    let replaced = try clear(name, in: parent, for: entry)
    // What was replaced may have been the way to the open parent: loop/loop, where loop -> `.`
    defer { if replaced != .nothing { forgetParent() } }
    switch entry.kind {
    case .file:
      try makeFile(name, in: parent, entry, reader)
    case .directory:
      let path = parts.joined(separator: "/")
      try makeDirectory(name, in: parent, path, entry, replaced)
    case .symbolicLink(let target):
      try makeSymbolicLink(name, in: parent, to: target, entry)
    case .hardLink(let target):
      try makeHardLink(name, in: parent, to: target, entry)
    case .characterDevice(let major, let minor):
      try makeNode(name, in: parent, S_IFCHR, dk_makedev(major, minor), entry)
    case .blockDevice(let major, let minor):
      try makeNode(name, in: parent, S_IFBLK, dk_makedev(major, minor), entry)
    case .fifo:
      try makeNode(name, in: parent, S_IFIFO, 0, entry)
    }
  }

  /// The components of a member's path, without `.` and leading slashes.
  func checkedParts(_ path: String, of entry: TarEntry) throws -> [String] {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard !parts.contains("..") else {
      throw refused(
        entry, "the path \"\(path)\" leaves the archive through `..`",
        "경로 \"\(path)\"이(가) `..`를 지나 아카이브 밖으로 나갑니다")
    }
    guard !path.utf8.contains(0) else {
      throw refused(entry, "a zero byte in the path", "경로에 0 바이트가 있습니다")
    }
    guard path.utf8.count <= limits.pathLength, parts.count <= limits.pathDepth,
      parts.allSatisfy({ $0.utf8.count <= 255 })
    else {
      throw refused(entry, "the path is too long or too deep", "경로가 너무 길거나 너무 깊습니다")
    }
    return parts.map(String.init)
  }

  /// The directory at `path` in the layer, made when it is missing; borrowed until the next call.
  private func openParent(_ path: String) throws -> Int32 {
    if parentPath == path { return parentNumber }
    forgetParent()
    parentNumber = try root.makeDirectories(path).release()
    parentPath = path
    return parentNumber
  }

  private func forgetParent() {
    if parentNumber >= 0 { close(parentNumber) }
    parentNumber = -1
    parentPath = nil
  }

  /// What stood where a member goes.
  enum Replaced {
    case nothing
    case directory
    case whiteout
    case other
  }

  /// Makes way for `entry`: a later member takes the place of an earlier one of the same name, but
  /// a directory stays a directory with what is in it.
  private func clear(_ name: String, in parent: Int32, for entry: TarEntry) throws -> Replaced {
    var info = stat()
    guard fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return .nothing }
    if info.st_mode & S_IFMT == S_IFDIR {
      if entry.kind == .directory { return .directory }
      guard isLayer else {
        throw refused(
          entry, "cannot overwrite a directory with a non-directory",
          "디렉터리를 디렉터리가 아닌 것으로 덮어쓸 수 없습니다")
      }
      try Directory.removeTree("/proc/self/fd/\(parent)/\(name)")
      return .other
    }
    try check(unlinkat(parent, name, 0), "unlink", entry.name)
    return info.st_mode & S_IFMT == S_IFCHR && info.st_rdev == 0 ? .whiteout : .other
  }

  /// Counts a part of a member that this process may not make.
  func leaveOut() {
    report.incomplete += 1
  }

  /// Takes `count` bytes off what may still be unpacked.
  func spend(_ count: Int64, _ entry: TarEntry) throws {
    guard count <= limits.bytes - report.bytes else {
      throw refused(
        entry, "unpacks to more than \(limits.bytes) bytes",
        "풀린 크기가 \(limits.bytes)바이트를 넘습니다")
    }
    report.bytes += count
  }

  /// Remembers when the directory at `path` was last changed.
  func keepTime(ofDirectory path: String, _ time: TarEntry.Time) {
    directoryTimes[path] = time
  }

  func refused(_ entry: TarEntry, _ english: String, _ korean: String) -> DklabError {
    DklabError(
      .invalid, id: "archive.refused",
      Text("\(archive): \(entry.name): \(english)", ko: "\(archive): \(entry.name): \(korean)"))
  }

  private func failed(_ entry: TarEntry, _ error: SyscallError) -> DklabError {
    let code: ErrorCode =
      switch error.errno {
      case ENOSPC, EDQUOT: .unavailable
      case EPERM, EACCES: .denied
      default: .invalid
      }
    return DklabError(
      code, id: "archive.cannot-unpack",
      Text(
        "\(archive): \(entry.name): cannot be unpacked: \(error)",
        ko: "\(archive): \(entry.name): 풀 수 없습니다: \(error)"))
  }
}
