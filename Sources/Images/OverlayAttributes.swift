import CLinux
import Glibc
import Linux
import Support

/// The extended attributes by which overlay marks its directories (kernel, overlayfs.rst).
package enum OverlayAttributes {
  /// Whether this process may use `trusted.overlay.*`: root of the machine, not of a user namespace.
  /// Otherwise layers carry `user.overlay.*`, and overlay has to be mounted with `userxattr`.
  package static let isPrivileged: Bool = {
    guard let map = try? File.text("/proc/self/uid_map"),
      map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
    else { return false }
    return CapabilitySet.current().contains(.sysAdmin)
  }()

  /// `trusted.overlay.` or `user.overlay.`.
  package static var prefix: String {
    isPrivileged ? "trusted.overlay." : "user.overlay."
  }

  /// Marks an open directory so that nothing of the layers below shows in it.
  static func makeOpaque(_ directory: Int32) throws {
    try check(dk_fsetxattr(directory, prefix + "opaque", "y", 1, 0), "setxattr", prefix + "opaque")
  }

  /// Whether a layer's archive may set the attribute `name`. Overlay's own are not content: they
  /// could send a directory to another place (`redirect`) or a file to another's data (`metacopy`).
  static func mayCarry(_ name: String) -> Bool {
    if name.hasPrefix("user.") { return !name.hasPrefix("user.overlay.") }
    return ["security.capability", "system.posix_acl_access", "system.posix_acl_default"]
      .contains(name)
  }
}
