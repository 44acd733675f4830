import Documents
import Support

/// `extends`: a service begins as a copy of another one, of this or of another file (compose
/// specification, 05-services, `extends`).
struct Extends {
  let loader: FileLoader
  /// The folder of the file, from which `extends.file` counts.
  let directory: String

  /// `project` with all services complete.
  func apply(to project: YAMLNode) throws -> YAMLNode {
    guard let services = project["services"] else { return project }
    var result = project
    result[member: "services"] = try services.mapMembers { name, _ in
      try complete(name, of: services, chain: [])
    }
    return result
  }

  /// Service `name` with what it extends, and what that extends.
  private func complete(_ name: String, of services: YAMLNode, chain: [String]) throws -> YAMLNode {
    guard var service = services[name] else { return services }
    guard let extends = service["extends"] else { return service }
    let place = "\(service.location.file): \(name)"
    if let start = chain.firstIndex(of: place) {
      let circle = (chain[start...] + [place]).joined(separator: " → ")
      throw extends.error(
        "compose.extends.cycle",
        Text("circular reference in extends: \(circle)", ko: "extends가 순환합니다: \(circle)"))
    }
    let target = extends["service"] ?? extends
    let base = try find(target, extends["file"], name, services, chain + [place])
    service[member: "extends"] = nil
    return try Merge.merge(base, service, at: ComposePath(["services", name]))
  }

  private func find(
    _ target: YAMLNode, _ file: YAMLNode?, _ name: String, _ services: YAMLNode, _ chain: [String]
  ) throws -> YAMLNode {
    let wanted = target.text ?? ""
    var candidates = services
    var extends = self
    if let file, let path = file.text {
      let paths = RelativePaths(directory: directory, home: loader.environment["HOME"])
      let absolute = paths.absolute(path)
      let folder = String(absolute[..<(absolute.lastIndex(of: "/") ?? absolute.startIndex)])
      guard loader.source.exists(absolute) else {
        throw file.error(
          "compose.extends.file",
          Text(
            "services.\(name).extends: no such file: \(path)",
            ko: "services.\(name).extends: 파일이 없습니다: \(path)"))
      }
      // Other services of that file need not be complete: only the one that is asked for is read.
      let other = try Canonical.apply(to: try loader.checked(absolute))
      candidates =
        RelativePaths(directory: folder, home: loader.environment["HOME"])
        .apply(to: other)["services"] ?? target.object([])
      extends = Extends(loader: loader, directory: folder)
    }
    guard candidates[wanted] != nil else {
      let nearest = Suggestion.nearest(to: wanted, in: candidates.members.map(\.key))
      throw target.error(
        "compose.extends.service",
        Text(
          "cannot extend service `\(name)`: service `\(wanted)` not found",
          ko: "서비스 `\(name)`을(를) 확장할 수 없습니다: 서비스 `\(wanted)`이(가) 없습니다"),
        hint: nearest.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?") })
    }
    return try extends.complete(wanted, of: candidates, chain: chain)
  }
}
