import Documents
import Engine
import Linux
import Support

/// Where a course that was joined over the network is served, and what its server is known by.
package struct CourseLink: Sendable, Codable, Hashable {
  package var url: String
  /// The half of the join code that lets in.
  package var pass: String
  /// Whether the student takes part in the board.
  package var isReporting: Bool

  package init(url: String, pass: String, isReporting: Bool = false) {
    (self.url, self.pass, self.isReporting) = (url, pass, isReporting)
  }

  private static func path(_ root: DataRoot) -> String {
    CourseMembership.directory(root) + "/server.json"
  }

  /// The certificate of the server's authority, a PEM file.
  package static func authority(_ root: DataRoot) -> String {
    CourseMembership.directory(root) + "/server-ca.crt"
  }

  /// The server of the course on this machine; nil when it was joined from a folder, or none was.
  package static func stored(root: DataRoot) -> CourseLink? {
    guard let text = try? File.text(path(root), limit: 64 << 10) else { return nil }
    return try? JSONValue.parse(text).decode(as: CourseLink.self)
  }

  /// Keeps it, with the certificate when that is given.
  package func store(authority: String? = nil, root: DataRoot) throws {
    try Directory.make(CourseMembership.directory(root))
    if let authority { try File.replace(Self.authority(root), authority, mode: 0o600) }
    try File.replace(
      Self.path(root), try JSONValue(encoding: self).text(pretty: true) + "\n", mode: 0o600)
  }
}
