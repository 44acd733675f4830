import Crypto
import Documents
import Images

/// Docker Compose's fingerprint of a configuration: SHA-256 of its JSON. A container whose label has
/// another one was made from another configuration, and is made anew.
package enum ServiceHash {
  /// What a container does not show is left out: how its image is built, how many there are, and whom
  /// it waits for.
  private static let ignored = ["build", "pull_policy", "scale", "depends_on", "profiles"]

  /// The fingerprint of a service, as `compose config --hash` prints it.
  package static func text(_ document: ConfigDocument, service name: String) -> String {
    guard case .object(let service)? = document.service(name) else { return "" }
    var kept = service
    for key in ignored { kept[key] = nil }
    if case .object(var deploy)? = kept["deploy"] {
      deploy["replicas"] = nil
      kept["deploy"] = .object(deploy)
    }
    // Go writes these two also when they are not there.
    for key in ["command", "entrypoint"] where kept[key] == nil { kept[key] = .null }
    let ordered = kept.sorted { left, right in
      (ConfigOrder.rank(left.key, at: ComposePath(["services", name])), left.key)
        < (ConfigOrder.rank(right.key, at: ComposePath(["services", name])), right.key)
    }
    return text(.object(JSONObject(ordered.map { ($0.key, $0.value) })))
  }

  /// SHA-256 of `value` as one line of JSON, the way Go writes it.
  static func text(_ value: JSONValue) -> String {
    let escaped = value.text()
      .replacing("&", with: "\\u0026").replacing("<", with: "\\u003c")
      .replacing(">", with: "\\u003e")
    return Digest(bytes: SHA256.hash(data: Array(escaped.utf8))).hex
  }
}
