import Documents
import Support

extension ServiceReader {
  /// `build`, as the flags of a build. What the builder does not know is refused.
  func readBuild(_ node: YAMLNode) throws -> ServiceBuild {
    var build = ServiceBuild(context: node["context"]?.text ?? ".")
    build.dockerfile = node["dockerfile"]?.text
    build.inline = node["dockerfile_inline"]?.text
    build.target = node["target"]?.text
    build.arguments = pairs(node["args"])
    build.labels = pairs(node["labels"])
    build.contexts = try pairs(node["additional_contexts"]).map { name, value in
      guard value.hasPrefix("service:") else { return (name, value) }
      let other = String(value.dropFirst("service:".count))
      guard let base = project.complete["services"]?[other] else {
        throw problem(
          node["additional_contexts"] ?? node, "build.additional_contexts",
          Text("undefined service `\(other)`", ko: "정의되지 않은 서비스 `\(other)`"))
      }
      return (name, "docker-image://" + (base["image"]?.text ?? "\(project.name)-\(other)"))
    }
    build.tags = list(node["tags"])
    build.extraHosts = list(node["extra_hosts"])
    build.cacheFrom = list(node["cache_from"])
    build.network = node["network"]?.text
    build.shmSize = node["shm_size"]?.text
    build.platform = self.node["platform"]?.text ?? list(node["platforms"]).first
    build.noCache = node["no_cache"]?.isTrue ?? false
    build.pull = node["pull"]?.isTrue ?? false
    build.secrets = (node["secrets"]?.sequence ?? []).compactMap { secret in
      let key = secret["source"]?.text ?? ""
      let id = secret["target"]?.text ?? key
      let source = project.tree["secrets"]?[key]
      if let file = source?["file"]?.text { return "id=\(id),src=\(file)" }
      return source?["environment"]?.text.map { "id=\(id),env=\($0)" }
    }
    for key in ["entitlements", "isolation", "ssh", "privileged", "cache_to", "no_cache_filter"] {
      guard let value = node[key], value.text != "false" else { continue }
      throw refusal(
        value, "build.\(key)",
        Text("the builder here has no such setting", ko: "여기의 빌더에는 이 설정이 없습니다"))
    }
    return build
  }

  private func pairs(_ node: YAMLNode?) -> [(name: String, value: String)] {
    (node?.members ?? []).map { ($0.key, $0.value.text ?? "") }
  }

  private func list(_ node: YAMLNode?) -> [String] {
    (node?.sequence ?? []).compactMap(\.text)
  }
}
