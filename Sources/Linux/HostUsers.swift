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
    text.split(separator: "\n").compactMap(entry)
  }

  private static func entry(_ line: Substring) -> Entry? {
    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count > 2, let id = UInt32(fields[2]) else { return nil }
    return Entry(name: String(fields[0]), id: id)
  }

  /// The name of the user `id`; nil when nothing knows it.
  package static func name(of id: uid_t) -> String? {
    let text = (try? File.text("/etc/passwd", limit: 4 << 20)) ?? ""
    // Not all lines at once: who is asked for mostly stands in the first.
    var rest = text[...]
    while let end = rest.firstIndex(of: "\n") ?? (rest.isEmpty ? nil : rest.endIndex) {
      if let found = entry(rest[..<end]), found.id == id { return found.name }
      rest = rest[end...].dropFirst()
    }
    guard id == getuid(), let user = getenv("USER") else { return nil }
    return String(cString: user)
  }
}
