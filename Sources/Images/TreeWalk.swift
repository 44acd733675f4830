// Walking a tree that somebody may be changing meanwhile: what a container wrote, while it runs.
//
// Every step goes from one open directory to the next (openat(2) with O_NOFOLLOW), never by a path
// from the root, so a directory that turns into a symbolic link leads nowhere. Names come in the
// order of their bytes, whatever the file system says: the same tree is always told the same way.
//
// Beside the tree itself runs, when wanted, what the layers under it have at the same place
// (LowerView.swift). Man pages: openat(2), fdopendir(3), fstatat(2). Next: TreeArchive.swift.

import Glibc
import Linux
import Support

/// One name in a tree.
package struct TreeNode {
  /// From the root of the tree, without a leading slash: `etc/passwd`.
  package var path: String
  package var name: String
  /// The open directory that has the name, borrowed for the visit.
  package var parent: Int32
  package var info: stat
  /// What the layers under the tree show at this place; nil when nothing.
  package var below: LowerView.Found?

  /// The name `name` in the open directory `parent`, as the root of what is told.
  package init(_ name: String, in parent: Int32, _ info: stat) {
    self.init(path: name, name: name, parent: parent, info: info)
  }

  init(path: String, name: String, parent: Int32, info: stat, below: LowerView.Found? = nil) {
    self.path = path
    self.name = name
    self.parent = parent
    self.info = info
    self.below = below
  }

  /// S_IFREG, S_IFDIR …
  package var type: mode_t { info.st_mode & S_IFMT }
  package var isDirectory: Bool { type == S_IFDIR }
  /// Overlay's mark that the name is deleted from the layers below: a character device 0:0.
  package var isWhiteout: Bool { type == S_IFCHR && info.st_rdev == 0 }

  /// Opens the file or directory for reading; fails with ELOOP or ENOTDIR when it has become
  /// something else.
  package func open() throws -> FileDescriptor {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (isDirectory ? O_DIRECTORY : 0)
    return FileDescriptor(owning: try check(openat(parent, name, flags), "open", path))
  }

  /// Where the symbolic link points to.
  package func linkTarget() throws -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try check(readlinkat(parent, name, &buffer, buffer.count), "readlink", path)
    let bytes = buffer[..<count].map { UInt8(bitPattern: $0) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TreeWalk.notText(path, "link target")
    }
    return text
  }
}

/// A way through a tree, parents before children.
package struct TreeWalk {
  /// Directories that another file system is mounted on are shown, and not entered.
  package var staysOnDevice = false
  /// Deeper trees are refused: each level holds a descriptor.
  private static let depthLimit = 200

  package init() {}

  /// Calls `visit` for everything below the open directory `root`, and `leave` for a directory once
  /// all in it was visited. `visit` returns false to stay out of a directory.
  package func run(
    _ root: Int32, lower: LowerView = LowerView(), visit: (TreeNode) throws -> Bool,
    leave: (TreeNode, Int32) throws -> Void = { _, _ in }
  ) throws {
    var info = stat()
    try check(fstat(root, &info), "fstat", "tree")
    let top = Level(directory: root, path: "", depth: 0, device: info.st_dev, lower: lower)
    try enter(top, visit, leave)
  }

  private struct Level {
    var directory: Int32
    var path: String
    var depth: Int
    var device: dev_t
    var lower: LowerView
  }

  private func enter(
    _ level: Level, _ visit: (TreeNode) throws -> Bool, _ leave: (TreeNode, Int32) throws -> Void
  ) throws {
    for name in try TreeWalk.names(in: level.directory, level.path) {
      guard let node = try TreeWalk.node(name, level) else { continue }
      guard try visit(node), node.isDirectory else { continue }
      if staysOnDevice && node.info.st_dev != level.device { continue }
      guard level.depth < TreeWalk.depthLimit else {
        throw DklabError(
          .invalid, id: "tree.too-deep",
          Text(
            "\(node.path): more than \(TreeWalk.depthLimit) directories deep",
            ko: "\(node.path): 디렉터리가 \(TreeWalk.depthLimit)단계보다 깊습니다"))
      }
      let directory = try node.open()
      try enter(
        Level(
          directory: directory.number, path: node.path, depth: level.depth + 1,
          device: level.device, lower: node.below?.children ?? LowerView()), visit, leave)
      try leave(node, directory.number)
    }
  }

  /// nil for a name that has gone since the directory was read.
  private static func node(_ name: String, _ level: Level) throws -> TreeNode? {
    var info = stat()
    if fstatat(level.directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0 {
      if errno == ENOENT { return nil }
      throw SyscallError("fstatat", "\(level.path)/\(name)")
    }
    return TreeNode(
      path: level.path.isEmpty ? name : "\(level.path)/\(name)", name: name,
      parent: level.directory, info: info, below: level.lower.find(name))
  }

  /// The names in an open directory in the order of their bytes, without `.` and `..`.
  static func names(in directory: Int32, _ path: String) throws -> [String] {
    let own = try check(
      openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path)
    guard let stream = fdopendir(own) else {
      close(own)
      throw SyscallError("fdopendir", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      guard let name else { throw notText(path, "file name") }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func notText(_ path: String, _ what: String) -> DklabError {
    DklabError(
      .unsupported, id: "tree.not-text",
      Text(
        "/\(path): a \(what) there is not UTF-8 text",
        ko: "/\(path): UTF-8 글자가 아닌 이름이 있습니다"),
      hint: Text("rename or delete it", ko: "이름을 바꾸거나 지우세요"))
  }
}
