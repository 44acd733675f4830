import Documents
import Support

/// Which services of a project take part: those without a profile, those of an active one, and those
/// named on the command line with what they depend on (compose specification, 15-profiles).
struct Selection {
  var profiles: [String]
  /// Services that were asked for by name; none means all.
  var services: [String]

  /// `project` with only these services, and the networks, volumes, secrets and configs they use.
  ///
  /// - Throws: ``DklabError`` `notFound` for a name that is no service.
  func apply(to project: YAMLNode) throws -> YAMLNode {
    let all = project["services"]?.members ?? []
    for name in services where project["services"]?[name] == nil {
      throw DklabError(
        .notFound, id: "compose.no-service",
        Text("no such service: \(name)", ko: "그런 서비스가 없습니다: \(name)"),
        hint: Suggestion.nearest(to: name, in: all.map(\.key)).map {
          Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?")
        })
    }
    var enabled = Set(all.filter { isActive($1) || services.contains($0) }.map(\.key))
    if !services.isEmpty {
      enabled = closure(of: services, in: project, among: enabled)
    }
    for (name, service) in all where enabled.contains(name) {
      try refuseDisabled(service, name, project, enabled)
    }
    var result = project
    if let node = project["services"] {
      result[member: "services"] = node.object(
        all.filter { enabled.contains($0.key) }.map { key, service in
          (key, withoutMissing(service, enabled))
        })
    }
    return withoutUnused(result)
  }

  private func isActive(_ service: YAMLNode) -> Bool {
    let own = (service["profiles"]?.sequence ?? []).compactMap(\.text)
    return own.isEmpty || profiles.contains("*") || own.contains(where: profiles.contains)
  }

  private func closure(
    of names: [String], in project: YAMLNode, among enabled: Set<String>
  ) -> Set<String> {
    var reached: Set<String> = []
    var waiting = names
    while let name = waiting.popLast() {
      guard enabled.contains(name), reached.insert(name).inserted else { continue }
      waiting += project["services"]?[name]?["depends_on"]?.members.map(\.key) ?? []
    }
    return reached
  }

  /// What a service cannot do without has to take part, too: a profile is not switched on by itself.
  private func refuseDisabled(
    _ service: YAMLNode, _ name: String, _ project: YAMLNode, _ enabled: Set<String>
  ) throws {
    for (other, node) in service["depends_on"]?.members ?? [] {
      guard node["required"]?.isTrue ?? true, !enabled.contains(other),
        let profiles = project["services"]?[other]?["profiles"]?.sequence?.compactMap(\.text)
      else { continue }
      throw node.error(
        "compose.disabled",
        Text(
          "service \"\(other)\" is required by \"\(name)\" but is disabled. Can be enabled by profiles "
            + "[\(profiles.joined(separator: " "))]",
          ko: "\"\(name)\" 서비스에 필요한 \"\(other)\" 서비스가 꺼져 있습니다. 켜는 프로필: "
            + "[\(profiles.joined(separator: " "))]"),
        hint: Text(
          "`--profile \(profiles[0])`, or `required: false` beside it",
          ko: "`--profile \(profiles[0])`을(를) 주거나 `required: false`를 쓰세요"))
    }
  }

  /// Drops dependencies that may be missing and are.
  private func withoutMissing(_ service: YAMLNode, _ enabled: Set<String>) -> YAMLNode {
    guard let dependencies = service["depends_on"] else { return service }
    var service = service
    let kept = dependencies.members.filter { name, node in
      enabled.contains(name) || node["required"]?.isTrue ?? true
    }
    service[member: "depends_on"] = kept.isEmpty ? nil : dependencies.object(kept)
    return service
  }

  private func withoutUnused(_ project: YAMLNode) -> YAMLNode {
    var used: [String: Set<String>] = [:]
    for (_, service) in project["services"]?.members ?? [] {
      used["networks", default: []].formUnion(service["networks"]?.members.map(\.key) ?? [])
      used["volumes", default: []].formUnion(
        (service["volumes"]?.sequence ?? []).filter { $0["type"]?.text == "volume" }
          .compactMap { $0["source"]?.text })
      for key in ["secrets", "configs"] {
        let direct = service[key]?.sequence ?? []
        let built = key == "secrets" ? service["build"]?["secrets"]?.sequence ?? [] : []
        used[key, default: []].formUnion((direct + built).compactMap { $0["source"]?.text })
      }
    }
    var result = project
    for key in ["networks", "volumes", "secrets", "configs"] {
      guard let resources = project[key] else { continue }
      let kept = resources.members.filter { used[key]?.contains($0.key) ?? false }
      result[member: key] = kept.isEmpty ? nil : resources.object(kept)
    }
    return result
  }
}
