import Glibc

/// Names of users of the host, from /etc/passwd (passwd(5)).
///
/// Simplification: getpwuid(3) would also ask directories such as LDAP, by loading modules, which a
/// statically linked program cannot. There the name the session carries in `USER` serves.
package enum HostUsers {
  /// A line of /etc/passwd or /etc/group.
  package struct Entry: Sendable, Hashable {
    package var name: String
    package var id: UInt32
  }

  /// The users or groups that `text` lists, as passwd(5) and group(5) say.
  package static func parse(_ text: String) -> [Entry] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 2, let id = UInt32(fields[2]) else { return nil }
      return Entry(name: String(fields[0]), id: id)
    }
  }

  /// The name of the user `id`; nil when nothing knows it.
  package static func name(of id: uid_t) -> String? {
    let text = (try? File.text("/etc/passwd", limit: 4 << 20)) ?? ""
    if let found = parse(text).first(where: { $0.id == id }) { return found.name }
    guard id == getuid(), let user = getenv("USER") else { return nil }
    return String(cString: user)
  }
}
