import Documents
import Support

/// Rewrites the short forms of a file as long ones, so that everything after it has one form to
/// read: `build: .`, `depends_on: [db]`, `ports: ["80:80"]`, `command: nginx -g`.
enum Canonical {
  private typealias Transform = @Sendable (YAMLNode, ComposePath) throws -> YAMLNode

  private static let transforms = ComposePathTable<Transform>(
    single + lists + variables + pairs + hosts)

  private static let single: [(String, Transform)] = [
    ("services.*.build", build), ("services.*.depends_on", dependencies),
    ("services.*.networks", names), ("services.*.models", names),
    ("services.*.env_file", envFiles), ("services.*.extends", extends),
    ("services.*.command", words), ("services.*.entrypoint", words),
    ("services.*.healthcheck.test", test), ("services.*.ports", ports),
    ("services.*.volumes.*", volume), ("services.*.devices.*", device),
    ("services.*.secrets.*", source), ("services.*.configs.*", source),
    ("services.*.build.secrets.*", source), ("services.*.gpus", gpus),
    ("services.*.pull_policy", pullPolicy),
  ]

  private static let lists: [(String, Transform)] = [
    "services.*.dns", "services.*.dns_search", "services.*.label_file", "services.*.tmpfs",
    "services.*.develop.watch.*.ignore", "services.*.develop.watch.*.include",
  ].map { ($0, list) }

  /// Pairs in which a name alone stands for the environment's value.
  private static let variables: [(String, Transform)] = [
    "services.*.environment", "services.*.build.args", "services.*.post_start.*.environment",
    "services.*.pre_stop.*.environment", "services.*.pre_start.*.environment",
    "services.*.develop.watch.*.exec.environment",
  ].map { ($0, mapping) }

  private static let pairs: [(String, Transform)] = [
    "services.*.labels", "services.*.annotations", "services.*.sysctls",
    "services.*.build.labels", "services.*.build.additional_contexts",
    "services.*.deploy.labels", "networks.*.labels", "volumes.*.labels", "secrets.*.labels",
    "configs.*.labels",
  ].map { ($0, labels) }

  private static let hosts: [(String, Transform)] = [
    "services.*.extra_hosts", "services.*.build.extra_hosts",
  ].map { ($0, host) }

  static func apply(to node: YAMLNode, at path: ComposePath = ComposePath()) throws -> YAMLNode {
    let node = try transforms[path].map { try $0(node, path) } ?? node
    switch node.kind {
    case .scalar: return node
    case .mapping: return try node.mapMembers { try apply(to: $1, at: path.appending($0)) }
    case .sequence(let items):
      return node.list(
        try items.enumerated().map { try apply(to: $1, at: path.appending("[\($0)]")) })
    }
  }

  /// `node` with members it lacks.
  private static func defaulted(
    _ node: YAMLNode, _ missing: [String: String], strings: Bool = false
  ) -> YAMLNode {
    var node = node
    for (key, value) in missing where node[key] == nil {
      node[member: key] = strings ? node.string(value) : node.plain(value)
    }
    return node
  }

  /// A string split as a shell would; compose runs no shell for it.
  @Sendable private static func words(_ node: YAMLNode, _ path: ComposePath) throws -> YAMLNode {
    guard let text = node.text, !node.isNull else { return node }
    do {
      return node.list(try ShellWords.split(text).map { node.string($0) })
    } catch {
      throw node.error(
        "compose.command",
        Text("\(path): a quotation mark is not closed", ko: "\(path): 따옴표가 닫히지 않았습니다"))
    }
  }

  /// `[A=1, B]` as `{A: "1", B: null}`.
  @Sendable private static func mapping(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    guard let items = node.sequence else {
      return node.mapMembers { $1.isNull ? $1 : $1.string($1.text ?? "") }
    }
    var result = node.object([])
    for item in items {
      let text = item.text ?? ""
      if let equals = text.firstIndex(of: "=") {
        result[member: String(text[..<equals])] =
          item.string(String(text[text.index(after: equals)...]))
      } else {
        result[member: text] = item.plain("")
      }
    }
    return result
  }

  /// The same, with an empty value where there is none.
  @Sendable private static func labels(_ node: YAMLNode, _ path: ComposePath) -> YAMLNode {
    mapping(node, path).mapMembers { $1.isNull ? $1.string("") : $1 }
  }

  /// `host:address`, `host=address` and mappings as a list of `host=address`.
  @Sendable private static func host(_ node: YAMLNode, _ path: ComposePath) throws -> YAMLNode {
    node.list(
      try MergeRules.sequence(node).map { item in
        let text = item.text ?? ""
        guard let separator = text.firstIndex(where: { "=:".contains($0) }) else {
          throw item.error(
            "compose.host",
            Text("\(path): `\(text)` has no address", ko: "\(path): `\(text)`에 주소가 없습니다"),
            hint: Text("write \"NAME=ADDRESS\"", ko: "\"이름=주소\"로 쓰세요"))
        }
        var address = text[text.index(after: separator)...]
        if address.hasPrefix("["), address.hasSuffix("]") {
          address = address.dropFirst().dropLast()
        }
        return item.string("\(text[..<separator])=\(address)")
      })
  }

  @Sendable private static func source(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.mapping == nil ? node.object([("source", node)]) : node
  }

  @Sendable private static func device(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    guard let text = node.text else {
      return defaulted(
        node, ["permissions": "rwm", "target": node["source"]?.text ?? ""], strings: true)
    }
    let parts = text.split(separator: ":").map(String.init)
    return node.object([
      ("source", node.string(parts.first ?? "")),
      ("target", node.string(parts.count > 1 ? parts[1] : parts.first ?? "")),
      ("permissions", node.string(parts.count > 2 ? parts[2] : "rwm")),
    ])
  }

  @Sendable private static func build(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    MergeRules.build(node)
  }

  @Sendable private static func names(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    MergeRules.mapping(node, [:])
  }

  @Sendable private static func list(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.list(MergeRules.sequence(node))
  }

  @Sendable private static func dependencies(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    MergeRules.mapping(node, ["condition": "service_started", "required": "true"])
      .mapMembers { defaulted($1, ["required": "true"]) }
  }

  @Sendable private static func envFiles(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.list(
      MergeRules.sequence(node).map { item in
        defaulted(
          item.mapping == nil ? item.object([("path", item)]) : item, ["required": "true"])
      })
  }

  @Sendable private static func extends(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.mapping == nil ? node.object([("service", node)]) : node
  }

  @Sendable private static func test(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.text == nil ? node : node.list([node.string("CMD-SHELL"), node])
  }

  @Sendable private static func ports(_ node: YAMLNode, _ path: ComposePath) throws -> YAMLNode {
    node.list(
      try (node.sequence ?? []).enumerated().flatMap { index, item -> [YAMLNode] in
        guard item.mapping != nil else {
          return try ShortPort.expand(item, at: path.appending("[\(index)]"))
        }
        return [defaulted(item, ["mode": "ingress", "protocol": "tcp"], strings: true)]
      })
  }

  @Sendable private static func volume(_ node: YAMLNode, _ path: ComposePath) throws -> YAMLNode {
    node.mapping == nil ? try ShortVolume.expand(node, at: path) : node
  }

  @Sendable private static func gpus(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.text == "all" ? node.list([node.object([("count", node.plain("-1"))])]) : node
  }

  @Sendable private static func pullPolicy(_ node: YAMLNode, _: ComposePath) -> YAMLNode {
    node.text == "if_not_present" ? node.string("missing") : node
  }
}
