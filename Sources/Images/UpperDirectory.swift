import Glibc
import Linux
import Support

/// What a container, or a step of a build, wrote: the upper directory of an overlay mount.
package struct UpperDirectory: Sendable {
  package var path: String
  /// The lower directories of the mount, top-most first.
  package var lower: [String]
  /// Seconds since 1970 that no file of the layer is younger than (SOURCE_DATE_EPOCH).
  package var timeLimit: Int64?
  /// Whether the engine mounts an /etc/hostname of its own there. For steps of a build it does not.
  package var hasHostname = true

  package init(path: String, lower: [String]) {
    self.path = path
    self.lower = lower
  }

  /// Empty files and directories that an engine makes to mount its own over, when the image has
  /// none; docker keeps its own in a layer that no image gets.
  private static let mountPoints: [String: mode_t] = [
    "etc/hostname": S_IFREG, "etc/hosts": S_IFREG, "etc/resolv.conf": S_IFREG,
    "dev/console": S_IFREG, "dev": S_IFDIR, "dev/pts": S_IFDIR, "dev/shm": S_IFDIR,
    "dev/mqueue": S_IFDIR, "proc": S_IFDIR, "sys": S_IFDIR,
  ]

  /// Calls `visit` for everything in the directory that somebody put there, parents first. A
  /// directory that is there only to hold mount points is none of it.
  package func walk(
    visit: (TreeNode) throws -> Void, leave: (TreeNode, Int32) throws -> Void = { _, _ in },
    skip: (TreeNode) throws -> Void = { _ in }
  ) throws {
    let root = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
    try TreeWalk().run(
      root.number, lower: LowerView(lower),
      visit: { node in
        guard try !isMountPoint(node) else {
          try skip(node)
          return false
        }
        try visit(node)
        return true
      }, leave: leave)
  }

  private func isMountPoint(_ node: TreeNode) throws -> Bool {
    // `etc`, made by the engine alone, when only mount points are in it.
    let holds = node.path == "etc" && node.isDirectory
    guard holds || UpperDirectory.mountPoints[node.path] == node.type else { return false }
    if !hasHostname, node.path == "etc/hostname" { return false }
    guard node.isDirectory else { return node.info.st_size == 0 && node.below == nil }
    guard node.below?.isDirectory ?? true else { return false }
    let directory = try node.open()
    if try UpperDirectory.isOpaque(directory.number), node.below != nil { return false }
    let names = try TreeWalk.names(in: directory.number, node.path)
    if names.isEmpty { return node.below == nil && !holds }
    return try names.allSatisfy { name in
      var info = stat()
      guard fstatat(directory.number, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return true }
      return try isMountPoint(
        TreeNode(
          path: "\(node.path)/\(name)", name: name, parent: directory.number, info: info,
          below: node.below?.children.find(name)))
    }
  }

  /// Whether overlay shows nothing of the layers below in this open directory.
  package static func isOpaque(_ directory: Int32) throws -> Bool {
    try ExtendedAttributes.value(of: OverlayAttributes.prefix + "opaque", in: directory)
      == [UInt8(ascii: "y")]
  }
}
