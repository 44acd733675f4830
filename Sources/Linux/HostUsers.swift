import Glibc

/// Names of users of the host, from /etc/passwd (passwd(5)).
///
/// Simplification: getpwuid(3) would also ask directories such as LDAP, by loading modules, which a
/// statically linked program cannot. There the name the session carries in `USER` serves.
package enum HostUsers {
  /// The name of the user `id`; nil when nothing knows it.
  package static func name(of id: uid_t) -> String? {
    let text = (try? File.text("/etc/passwd", limit: 4 << 20)) ?? ""
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 2, uid_t(fields[2]) == id { return String(fields[0]) }
    }
    guard id == getuid(), let user = getenv("USER") else { return nil }
    return String(cString: user)
  }
}
