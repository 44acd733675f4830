import Documents
import Support

/// What the schema cannot see: that what a service refers to is there, and that its parts do not
/// contradict each other.
struct Consistency {
  let project: YAMLNode
  private(set) var problems: [DklabError] = []

  init(_ project: YAMLNode) {
    self.project = project
    for (name, service) in project["services"]?.members ?? [] { check(service, name) }
    checkSources("secrets", ["file", "environment"])
    checkSources("configs", ["file", "environment", "content"])
    checkExternal()
    if problems.isEmpty { checkCircles() }
  }

  private mutating func complain(_ node: YAMLNode, _ id: String, _ text: Text, hint: Text? = nil) {
    problems.append(node.error(id, text, hint: hint))
  }

  private mutating func check(_ service: YAMLNode, _ name: String) {
    if service["image"] == nil, service["build"] == nil, service["provider"] == nil {
      complain(
        service, "compose.no-image",
        Text(
          "service `\(name)` has neither an image nor a build context specified",
          ko: "서비스 `\(name)`에 image도 build도 없습니다"))
    }
    if let build = service["build"], build["dockerfile"] != nil, build["dockerfile_inline"] != nil {
      complain(
        build, "compose.dockerfile",
        Text(
          "service `\(name)` declares mutually exclusive dockerfile and dockerfile_inline",
          ko: "서비스 `\(name)`: dockerfile과 dockerfile_inline은 함께 쓸 수 없습니다"))
    }
    if let mode = service["network_mode"], service["networks"] != nil {
      complain(
        mode, "compose.network-mode",
        Text(
          "service `\(name)` declares mutually exclusive `network_mode` and `networks`",
          ko: "서비스 `\(name)`: `network_mode`와 `networks`는 함께 쓸 수 없습니다"))
    }
    checkReferences(service, name)
    checkHealth(service, name)
    checkScale(service, name)
    checkMounts(service, name)
  }

  /// A secret or config comes from one place.
  private mutating func checkSources(_ kind: String, _ keys: [String]) {
    for (name, node) in project[kind]?.members ?? [] {
      let given = keys.filter { node[$0] != nil }
      let choice = keys.joined(separator: "|")
      if given.count > 1 {
        complain(
          node, "compose.\(kind.dropLast())",
          Text(
            "\(kind).\(name): \(choice) attributes are mutually exclusive",
            ko: "\(kind).\(name): \(choice) 가운데 하나만 쓸 수 있습니다"))
      } else if given.isEmpty, node["external"] == nil {
        complain(
          node, "compose.\(kind.dropLast())",
          Text(
            "\(kind).\(name): one of \(choice) must be set",
            ko: "\(kind).\(name): \(choice) 가운데 하나가 있어야 합니다"))
      }
    }
  }

  /// What somebody else makes is made as they want it.
  private mutating func checkExternal() {
    for (name, volume) in project["volumes"]?.members ?? []
    where volume["external"]?.isTrue ?? false {
      for (key, node) in volume.members where !["name", "external"].contains(key) {
        guard !key.hasPrefix("x-") else { continue }
        complain(
          node, "compose.external",
          Text(
            "volumes.\(name): conflicting parameters \"external\" and \"\(key)\" specified",
            ko: "volumes.\(name): external과 \(key)은(는) 함께 쓸 수 없습니다"))
      }
    }
  }

  private mutating func checkReferences(_ service: YAMLNode, _ name: String) {
    for (dependency, node) in service["depends_on"]?.members ?? [] {
      guard node["required"]?.isTrue ?? true else { continue }
      refer(node, dependency, "services", name) {
        Text(
          "service `\($0)` depends on undefined service `\($1)`",
          ko: "서비스 `\($0)`이(가) 정의되지 않은 서비스 `\($1)`에 의존합니다")
      }
    }
    for (network, node) in service["networks"]?.members ?? [] {
      refer(node.location.line > 0 ? node : service, network, "networks", name) {
        Text(
          "service `\($0)` refers to undefined network `\($1)`",
          ko: "서비스 `\($0)`이(가) 정의되지 않은 네트워크 `\($1)`을(를) 씁니다")
      }
    }
    for volume in service["volumes"]?.sequence ?? [] {
      guard volume["type"]?.text == "volume", let source = volume["source"]?.text else { continue }
      refer(volume, source, "volumes", name) {
        Text(
          "service `\($0)` refers to undefined volume `\($1)`",
          ko: "서비스 `\($0)`이(가) 정의되지 않은 볼륨 `\($1)`을(를) 씁니다")
      }
    }
    for key in ["secrets", "configs"] {
      for node in service[key]?.sequence ?? [] {
        refer(node, node["source"]?.text ?? "", key, name) {
          Text(
            "service `\($0)` refers to undefined \(key.dropLast()) `\($1)`",
            ko: "서비스 `\($0)`이(가) 정의되지 않은 \(key.dropLast()) `\($1)`을(를) 씁니다")
        }
      }
    }
  }

  private mutating func refer(
    _ node: YAMLNode, _ target: String, _ kind: String, _ service: String,
    _ message: (String, String) -> Text
  ) {
    guard project[kind]?[target] == nil else { return }
    let known = project[kind]?.members.map(\.key) ?? []
    let hint =
      Suggestion.nearest(to: target, in: known).map {
        Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?")
      }
      ?? (kind == "services"
        ? nil
        : Text(
          "declare it under the top-level key `\(kind)`",
          ko: "최상위 키 `\(kind)` 아래에 선언하세요"))
    complain(node, "compose.undefined", message(service, target), hint: hint)
  }

  private mutating func checkHealth(_ service: YAMLNode, _ name: String) {
    guard let test = service["healthcheck"]?["test"], let first = test.sequence?.first?.text,
      !["CMD", "CMD-SHELL", "NONE"].contains(first)
    else { return }
    complain(
      test, "compose.healthcheck",
      Text(
        "services.\(name).healthcheck.test must start with CMD, CMD-SHELL or NONE",
        ko: "services.\(name).healthcheck.test는 CMD, CMD-SHELL, NONE 중 하나로 시작해야 합니다"))
  }

  private mutating func checkScale(_ service: YAMLNode, _ name: String) {
    let scale = service["scale"]
    let replicas = service["deploy"]?["replicas"]
    if let scale, let replicas, scale.text != replicas.text {
      complain(
        scale, "compose.scale",
        Text(
          "services.\(name): can't set distinct values on `scale` and `deploy.replicas`",
          ko: "services.\(name): `scale`과 `deploy.replicas`의 값이 서로 다릅니다"))
    }
    for node in [scale, replicas].compactMap({ $0 }) where (Int(node.text ?? "") ?? 0) < 0 {
      complain(
        node, "compose.scale",
        Text(
          "services.\(name): the number of replicas must not be negative",
          ko: "services.\(name): 복제본 수는 0 이상이어야 합니다"))
    }
    if let container = service["container_name"], let node = scale ?? replicas,
      (Int(node.text ?? "") ?? 1) > 1
    {
      complain(
        container, "compose.scale",
        Text(
          "services.\(name): can't set container_name with several replicas: names are unique",
          ko: "services.\(name): 복제본이 여럿이면 container_name을 쓸 수 없습니다. 이름은 하나뿐입니다"))
    }
  }

  private mutating func checkMounts(_ service: YAMLNode, _ name: String) {
    var targets: Set<String> = []
    let mounts = (service["volumes"]?.sequence ?? []).map { ($0, $0["target"]?.text ?? "") }
    let temporary = (service["tmpfs"]?.sequence ?? []).map { node in
      (node, String((node.text ?? "").prefix { $0 != ":" }))
    }
    for (node, target) in mounts + temporary {
      if !target.hasPrefix("/") {
        complain(
          node, "compose.mount",
          Text(
            "services.\(name): the mount target `\(target)` is not an absolute path",
            ko: "services.\(name): 마운트 대상 `\(target)`이(가) 절대 경로가 아닙니다"))
      } else if !targets.insert(target).inserted {
        complain(
          node, "compose.mount",
          Text(
            "services.\(name): target \(target) is already mounted",
            ko: "services.\(name): \(target)에 이미 다른 것이 마운트됩니다"))
      }
    }
  }

  /// Services that wait for each other would never start.
  private mutating func checkCircles() {
    var finished: Set<String> = []
    for (name, _) in project["services"]?.members ?? [] {
      var trail: [String] = []
      if let circle = circle(from: name, &trail, &finished) {
        let node = project["services"]?[circle[0]]?["depends_on"]?[circle[1]] ?? project
        return complain(
          node, "compose.cycle",
          Text(
            "dependency cycle detected: \(circle.joined(separator: " -> "))",
            ko: "depends_on이 순환합니다: \(circle.joined(separator: " -> "))"))
      }
    }
  }

  private func circle(
    from name: String, _ trail: inout [String], _ finished: inout Set<String>
  ) -> [String]? {
    if let start = trail.firstIndex(of: name) { return trail[start...] + [name] }
    if finished.contains(name) { return nil }
    trail.append(name)
    for (next, _) in project["services"]?[name]?["depends_on"]?.members ?? [] {
      if let found = circle(from: next, &trail, &finished) { return found }
    }
    trail.removeLast()
    finished.insert(name)
    return nil
  }
}
