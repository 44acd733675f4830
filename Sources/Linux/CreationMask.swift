import Glibc

/// The file mode creation mask (umask(2)), which belongs to the whole process.
///
/// A user's mask may be as strict as 077: right for what the user writes, and wrong for the root
/// directory, the mounts and the /etc/hosts of a container, which its users must be able to enter and
/// read. dockerd sets 022 for itself for the same reason. So every process of the kit starts with 022,
/// and gives the user's own back before it becomes a program of the user's.
package enum CreationMask {
  /// The mask that this process was started with. Written once, before there is a second thread.
  nonisolated(unsafe) private static var inherited: mode_t?

  /// Takes 022. To be called before there is a second thread.
  package static func settle() {
    inherited = umask(0o022)
  }

  /// Goes back to the mask that this process was started with.
  package static func restore() {
    if let inherited { umask(inherited) }
  }
}
