import Documents

/// An image's `docker image inspect` document, read by meaning.
struct ImageView {
  let inspect: JSONValue

  var id: String { inspect["Id"]?.string ?? "" }
  var tags: [String] { (inspect["RepoTags"]?.array ?? []).compactMap(\.string) }
  var size: Int { inspect["Size"]?.int ?? 0 }
  var layers: Int { inspect["RootFS"]?["Layers"]?.array?.count ?? 0 }

  /// Whether `reference` names this image, by tag (`:latest` may be left out) or by id.
  func isNamed(_ reference: String) -> Bool {
    if tags.contains(Self.withTag(reference)) { return true }
    let hex = reference.hasPrefix("sha256:") ? String(reference.dropFirst(7)) : reference
    return hex.count >= 6 && id.hasPrefix("sha256:" + hex)
  }

  /// `ubuntu` is `ubuntu:latest`; Docker Hub's long names are the short ones.
  static func withTag(_ reference: String) -> String {
    var name = reference
    for prefix in ["docker.io/library/", "docker.io/", "library/"] where name.hasPrefix(prefix) {
      name.removeFirst(prefix.count)
    }
    let last = name.split(separator: "/").last ?? ""
    return last.contains(":") ? name : name + ":latest"
  }
}
