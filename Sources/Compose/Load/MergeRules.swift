import Documents

/// The places where merging two files differs from the plain rules.
enum MergeRules {
  enum Rule: Sendable {
    /// The later value stands alone.
    case replace
    /// Either form becomes a list of `key=value`, and the lists are appended.
    case sequence
    /// A list of names becomes a mapping; new members get these.
    case mapping(missing: [String: String])
    /// `build: DIR` is `build: {context: DIR}`.
    case build
    /// Options merge only for the same driver.
    case logging
    /// A number, or soft and hard.
    case limit
  }

  static let rules = ComposePathTable<Rule>([
    ("networks.*.labels", .sequence), ("volumes.*.labels", .sequence),
    ("services.*.annotations", .sequence), ("services.*.build", .build),
    ("services.*.build.args", .sequence), ("services.*.build.additional_contexts", .sequence),
    ("services.*.build.extra_hosts", .sequence), ("services.*.build.labels", .sequence),
    ("services.*.command", .replace), ("services.*.entrypoint", .replace),
    ("services.*.healthcheck.test", .replace),
    (
      "services.*.depends_on",
      .mapping(missing: ["condition": "service_started", "required": "true"])
    ),
    ("services.*.networks", .mapping(missing: [:])), ("services.*.models", .mapping(missing: [:])),
    ("services.*.deploy.labels", .sequence), ("services.*.dns", .sequence),
    ("services.*.dns_opt", .sequence), ("services.*.dns_search", .sequence),
    ("services.*.env_file", .sequence), ("services.*.label_file", .sequence),
    ("services.*.environment", .sequence), ("services.*.extra_hosts", .sequence),
    ("services.*.labels", .sequence), ("services.*.sysctls", .sequence),
    ("services.*.tmpfs", .sequence), ("services.*.logging", .logging),
    ("services.*.ulimits.*", .limit),
  ])

  /// A mapping as `key=value` items, a string as its only item.
  static func sequence(_ node: YAMLNode) -> [YAMLNode] {
    switch node.kind {
    case .sequence(let items): return items.compactMap(Merge.withoutTags)
    case .scalar: return node.isNull ? [] : [node]
    case .mapping:
      return node.members.flatMap { key, value -> [YAMLNode] in
        if value.tag == "!reset" { return [] }
        if value.isNull { return [value.string(key)] }
        return (value.sequence ?? [value]).map { $0.string("\(key)=\($0.text ?? "")") }
      }
    }
  }

  /// A list of names as a mapping.
  static func mapping(_ node: YAMLNode, _ missing: [String: String]) -> YAMLNode {
    guard let items = node.sequence else { return node }
    return node.object(
      items.map { item in
        let value =
          missing.isEmpty
          ? item.plain("")
          : item.object(missing.sorted { $0.key < $1.key }.map { ($0.key, item.plain($0.value)) })
        return (item.text ?? "", value)
      })
  }

  static func build(_ node: YAMLNode) -> YAMLNode {
    node.mapping == nil ? node.object([("context", node)]) : node
  }
}
