// The mounts of a container with users of its own, while it does not run.
//
// Whoever looks at a stopped container's files should see what the running one has: its layers and volumes
// with the owners that they have on the host then, and directories of the host as they are. So the same
// mounts are made again, in the mount namespace of whoever looks.
//
// Next: MappedOverlay+Tree.swift.

import Glibc
import Linux
import Support

/// Makes such mounts. The caller must have a single thread, and a mount namespace of its own.
package final class MappedView {
  private let users: [SpecIDMapping]
  private let groups: [SpecIDMapping]
  private let namespaces = MappingNamespaces()

  package init(users: [SpecIDMapping], groups: [SpecIDMapping]) {
    (self.users, self.groups) = (users, groups)
  }

  /// Mounts the container's layers at `overlay.target`.
  package func mount(_ overlay: Overlay) throws {
    let tree = try MappedOverlay(overlay: overlay, uid: users, gid: groups).makeTree(namespaces)
    try tree.attach(
      to: try FileDescriptor.open(overlay.target, O_PATH | O_DIRECTORY), subject: overlay.target)
  }

  /// Shows what root owns on the disk as the container's root's: for what the engine keeps.
  package func mapOwners(of copy: borrowing DetachedMount, subject: String) throws {
    try namespaces.with(users, groups) { user in
      try copy.mapOwners(through: user, recursive: false, subject: subject)
    }
  }
}
