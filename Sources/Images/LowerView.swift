import CLinux
import Glibc
import Linux

/// What a stack of layers shows in one directory: overlay's rules for joining them, asked of the
/// layers themselves. Layers do not change, so paths are safe here.
package struct LowerView: Sendable {
  /// The layers that show this directory, top-most first.
  private var directories: [String]

  /// The root of a stack of layers, top-most first; of no layers at all by default.
  package init(_ layers: [String] = []) {
    directories = layers
  }

  /// Something the layers show.
  package struct Found: Sendable {
    package var info: stat
    /// What is in it, when it is a directory.
    package var children: LowerView
    /// Where it lies: the layer that decides.
    package var path: String

    package var isDirectory: Bool { info.st_mode & S_IFMT == S_IFDIR }
  }

  /// What `name` in this directory is. The first layer that has it decides; directories of the
  /// layers below are joined to it until one is no directory, deletes it, or starts it anew.
  package func find(_ name: String) -> Found? {
    var found: Found?
    for directory in directories {
      let path = "\(directory)/\(name)"
      var info = stat()
      guard lstat(path, &info) == 0 else { continue }
      let isDirectory = info.st_mode & S_IFMT == S_IFDIR
      if !isDirectory && (found != nil || LowerView.isWhiteout(info)) { break }
      if found == nil { found = Found(info: info, children: LowerView(), path: path) }
      guard isDirectory else { break }
      found?.children.directories.append(path)
      if LowerView.isOpaque(path) { break }
    }
    return found
  }

  /// The names that any of the layers has here, deleted ones too.
  package func names() throws -> [String] {
    Set(try directories.flatMap(Directory.list)).sorted()
  }

  static func isWhiteout(_ info: stat) -> Bool {
    info.st_mode & S_IFMT == S_IFCHR && info.st_rdev == 0
  }

  static func isOpaque(_ path: String) -> Bool {
    var value: UInt8 = 0
    return dk_lgetxattr(path, OverlayAttributes.prefix + "opaque", &value, 1) == 1
      && value == UInt8(ascii: "y")
  }
}
