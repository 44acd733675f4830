import Documents

/// Lists in which a later item replaces an earlier one for the same thing: an environment variable,
/// a mount point, a port (compose specification, 13-merge, "Unique resources").
enum Uniqueness {
  private typealias Key = @Sendable (YAMLNode) -> String?

  private static let keys = ComposePathTable<Key>(byName + byText + special)

  private static let byName: [(String, Key)] = [
    "networks.*.labels", "volumes.*.labels", "services.*.annotations", "services.*.build.args",
    "services.*.build.additional_contexts", "services.*.build.labels", "services.*.deploy.labels",
    "services.*.environment", "services.*.labels", "services.*.links", "services.*.sysctls",
  ].map { ($0, name) }

  private static let byText: [(String, Key)] = [
    "services.*.build.tags", "services.*.cap_add", "services.*.cap_drop", "services.*.dns",
    "services.*.dns_opt", "services.*.dns_search", "services.*.expose", "services.*.extra_hosts",
    "services.*.networks.*.aliases", "services.*.profiles", "services.*.tmpfs",
  ].map { ($0, text) }

  private static let special: [(String, Key)] = [
    ("services.*.env_file", path), ("services.*.configs", mountPoint("")),
    ("services.*.secrets", mountPoint("/run/secrets")), ("services.*.ports", port),
    ("services.*.volumes", volume), ("services.*.devices", device),
  ]

  /// The part before `=`.
  @Sendable private static func name(_ item: YAMLNode) -> String? {
    item.text.map { String($0.prefix { $0 != "=" }) }
  }

  @Sendable private static func text(_ item: YAMLNode) -> String? { item.text }

  @Sendable private static func path(_ item: YAMLNode) -> String? {
    item["path"]?.text ?? item.text
  }

  @Sendable private static func volume(_ item: YAMLNode) -> String? {
    item["target"]?.text ?? item.text.flatMap(ShortVolume.target)
  }

  @Sendable private static func device(_ item: YAMLNode) -> String? {
    if let target = item["target"]?.text { return target }
    let parts = (item.text ?? "").split(separator: ":").map(String.init)
    return parts.count > 1 ? parts[1] : item.text
  }

  private static func mountPoint(_ directory: String) -> Key {
    { item in
      item["target"]?.text ?? "\(directory)/\(item["source"]?.text ?? item.text ?? "")"
    }
  }

  @Sendable private static func port(_ item: YAMLNode) -> String? {
    guard item.mapping != nil else { return item.text }
    let host = item["host_ip"]?.text ?? "0.0.0.0"
    let transport = item["protocol"]?.text ?? "tcp"
    return "\(host):\(item["published"]?.text ?? ""):\(item["target"]?.text ?? "")/\(transport)"
  }

  /// `node` with the replaced items gone; the later item stands at the earlier one's place.
  static func enforce(_ node: YAMLNode, at path: ComposePath = ComposePath()) -> YAMLNode {
    switch node.kind {
    case .scalar: return node
    case .mapping: return node.mapMembers { enforce($1, at: path.appending($0)) }
    case .sequence(let items):
      guard let key = keys[path] else { return node }
      var kept: [YAMLNode] = []
      var places: [String: Int] = [:]
      for item in items {
        guard let name = key(item) else {
          kept.append(item)
          continue
        }
        if let place = places[name] {
          kept[place] = item
        } else {
          places[name] = kept.count
          kept.append(item)
        }
      }
      return node.list(kept)
    }
  }
}
