import Documents
import Support

/// A compose project: a name, and the model its files add up to.
package struct Project: Sendable {
  package var name: String
  /// The project's folder, absolute.
  package var directory: String
  package var files: [String]
  /// The model as a tree, in long forms, with the services that take part.
  package var tree: YAMLNode
  /// The model with all services, whatever their profiles.
  package var complete: YAMLNode
  /// The variables the files saw.
  package var environment: [String: String]
  package var warnings: [ComposeWarning]

  /// The names of what is under a top-level key, sorted.
  package func names(_ key: String) -> [String] {
    (tree[key]?.members.map(\.key) ?? []).sorted()
  }

  /// The profiles that any service belongs to, sorted.
  package var profiles: [String] {
    let all = (complete["services"]?.members ?? []).flatMap { $1["profiles"]?.sequence ?? [] }
    return Set(all.compactMap(\.text)).sorted()
  }

  /// The images of the services, `PROJECT-SERVICE` for those that are only built.
  package var images: [String] {
    (tree["services"]?.members ?? []).map { name, service in
      service["image"]?.text ?? "\(self.name)-\(name)"
    }.sorted()
  }
}
