// What a container changed, read from the upper directory of its overlay: a file there is added or
// changed (when a layer below has it too), a character device 0:0 is a whiteout, "deleted".
//
// Man page: the kernel's Documentation/filesystems/overlayfs.rst.

import Glibc
import Images
import Linux
import Support

extension Engine {
  /// What the container wrote, over its image.
  func upperDirectory(_ record: ContainerRecord, image: Image?) -> UpperDirectory {
    UpperDirectory(
      path: containerDirectory(record.id) + "/upper", lower: image?.lowerDirectories ?? [])
  }
}

/// What a container changed compared with its image.
package enum LayerDifference {
  /// Lines `A /path`, `C /path`, `D /path`, as `docker diff` prints them, in the order of the paths.
  package static func lines(_ record: ContainerRecord, _ engine: Engine) throws -> [String] {
    let image = try engine.images().heldImage(id: record.imageID)
    let upper = engine.upperDirectory(record, image: image)
    var lines: [String] = []
    // Directories that only may have changed: known when something in them did, or did not.
    var open: [String] = []
    try upper.walk(
      visit: { node in
        if node.isWhiteout {
          lines += open.map { "C /\($0)" } + ["D /\(node.path)"]
        } else if let below = node.below {
          guard !isSameDirectory(node.info, below.info) else { return open.append(node.path) }
          lines += open.map { "C /\($0)" } + ["C /\(node.path)"]
        } else {
          lines += open.map { "C /\($0)" } + ["A /\(node.path)"]
        }
        open = []
      },
      leave: { node, _ in
        if open.last == node.path { open.removeLast() }
      })
    return lines
  }

  /// A directory is copied up as soon as something in it is touched; it has changed itself when its
  /// owner, mode or time has.
  private static func isSameDirectory(_ upper: stat, _ lower: stat) -> Bool {
    upper.st_mode == lower.st_mode && upper.st_mode & S_IFMT == S_IFDIR
      && upper.st_uid == lower.st_uid && upper.st_gid == lower.st_gid
      && upper.st_mtim.tv_sec == lower.st_mtim.tv_sec
      && upper.st_mtim.tv_nsec == lower.st_mtim.tv_nsec
  }

  /// The bytes of all files below `directory`.
  package static func size(_ directory: String) throws -> Int {
    var total = 0
    try walk(directory) { _, info in
      if info.st_mode & S_IFMT == S_IFREG { total += Int(info.st_size) }
    }
    return total
  }

  private static func walk(
    _ root: String, _ below: String = "", _ body: (String, stat) -> Void
  ) throws {
    for name in try Directory.list(root + below) {
      let path = "\(below)/\(name)"
      var info = stat()
      guard lstat(root + path, &info) == 0 else { continue }
      body(path, info)
      if info.st_mode & S_IFMT == S_IFDIR { try walk(root, path, body) }
    }
  }
}
