// A tree of files becomes members of a tar archive.
//
// The same tree gives the same bytes: names in order, whole seconds, no user names, nothing of the
// order or the numbers of the file system. A file with several names is written once and linked
// from the others; the first name in the order is the one with the content.
//
// As a layer (image-spec, layer.md) the upper directory of an overlay is written the other way
// round from how LayerUnpack.swift reads it:
//
//   a character device 0:0 called NAME           -> .wh.NAME, an empty file
//   trusted.overlay.opaque=y on a directory      -> .wh..wh..opq as the first thing in it, when the
//                                                   layers below show that directory at all
//
// Simplification: holes of sparse files are written as the zeros they read as, like docker does.
//
// Man pages: tar(5), xattr(7). Next: ContentStore+Upper.swift.

import CLinux
import Glibc
import Linux
import Support

/// Writes trees into an archive.
package final class TreeArchive {
  private let writer: TarWriter
  /// Seconds since 1970 that no member is younger than (SOURCE_DATE_EPOCH).
  package var timeLimit: Int64?
  /// What an owner is called in the archive.
  package var translate: (_ user: uid_t, _ group: gid_t) -> (user: uid_t, group: gid_t) = {
    ($0, $1)
  }
  /// Bytes of all files written.
  package private(set) var bytes: Int64 = 0
  /// First names of files with several, by device and inode.
  private var firstNames: [FileIdentity: String] = [:]

  private struct FileIdentity: Hashable {
    var device: dev_t
    var inode: ino_t
  }

  package init(_ writer: TarWriter) {
    self.writer = writer
  }

  /// Writes everything below the open directory `root`, under `prefix`; mount points stay empty.
  package func add(tree root: Int32, prefix: String = "", staysOnDevice: Bool = true) throws {
    var walk = TreeWalk()
    walk.staysOnDevice = staysOnDevice
    try walk.run(
      root,
      visit: { node in
        try add(node, as: prefix + node.path)
        return true
      })
  }

  /// Writes one file, directory (without what is in it), link or device as `name`. A socket is left
  /// out: it means nothing without its process.
  package func add(_ node: TreeNode, as name: String) throws {
    switch node.type {
    case S_IFREG: try addFile(node, name)
    case S_IFDIR:
      let directory = try node.open()
      var entry = entry(name, .directory, node.info)
      entry.attributes = try TreeArchive.attributes(of: directory.number)
      try writer.add(entry)
    case S_IFLNK:
      try writer.add(entry(name, .symbolicLink(target: node.linkTarget()), node.info))
    case S_IFIFO: try writer.add(entry(name, .fifo, node.info))
    case S_IFCHR, S_IFBLK:
      let device = UInt64(node.info.st_rdev)
      let (major, minor) = (dk_major(device), dk_minor(device))
      let kind: TarEntry.Kind =
        node.type == S_IFCHR
        ? .characterDevice(major: major, minor: minor) : .blockDevice(major: major, minor: minor)
      try writer.add(entry(name, kind, node.info))
    default: break
    }
  }

  /// Writes that `name` is deleted from the layers below.
  func addWhiteout(_ path: String) throws {
    let slash = path.lastIndex(of: "/")
    let name = slash.map { path.index(after: $0) } ?? path.startIndex
    try writer.add(TarEntry("\(path[..<name]).wh.\(path[name...])", .file, mode: 0o600))
  }

  /// Writes that the directory `path` starts empty.
  func addOpaque(_ path: String) throws {
    try writer.add(TarEntry(path + "/.wh..wh..opq", .file, mode: 0o600))
  }

  /// When a file counts as changed in the archive.
  func time(of info: stat) -> TarEntry.Time {
    let seconds = Int64(info.st_mtim.tv_sec)
    return TarEntry.Time(seconds: timeLimit.map { min($0, seconds) } ?? seconds)
  }

  private func addFile(_ node: TreeNode, _ name: String) throws {
    let identity = FileIdentity(device: node.info.st_dev, inode: node.info.st_ino)
    if node.info.st_nlink > 1, let first = firstNames[identity] {
      try writer.add(entry(name, .hardLink(target: first), node.info))
      return
    }
    let file = try node.open()
    var info = stat()
    try check(fstat(file.number, &info), "fstat", name)
    guard info.st_mode & S_IFMT == S_IFREG else {
      throw SyscallError("open", name, errno: ESTALE)
    }
    var entry = entry(name, .file, info)
    entry.size = Int64(info.st_size)
    entry.attributes = try TreeArchive.attributes(of: file.number)
    try writer.add(entry, contentsOf: FileSource(file.number, name: name))
    bytes += entry.size
    if info.st_nlink > 1 { firstNames[identity] = name }
  }

  private func entry(_ name: String, _ kind: TarEntry.Kind, _ info: stat) -> TarEntry {
    var entry = TarEntry(name, kind, mode: UInt32(info.st_mode & 0o7777))
    (entry.owner, entry.group) = translate(info.st_uid, info.st_gid)
    entry.modified = time(of: info)
    return entry
  }

  /// What a layer may carry of a file's attributes.
  private static func attributes(of file: Int32) throws -> [TarEntry.Attribute] {
    try ExtendedAttributes.names(of: file).filter(OverlayAttributes.mayCarry).compactMap { name in
      try ExtendedAttributes.value(of: name, in: file).map {
        TarEntry.Attribute(name: name, value: $0)
      }
    }
  }
}
