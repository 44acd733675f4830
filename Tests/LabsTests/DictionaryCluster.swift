import Documents
import Support
import Testing

@testable import Labs

/// A cluster whose pods grade at the second look.
final class DictionaryCluster: GradeCluster {
  let namespace = "labs"
  var objects: [GradeClusterKind: [String: JSONValue]] = [:]
  var made: [String] = []
  var looks: [String: Int] = [:]
  var digests: [String: String] = [:]
  var waiting: String?
  var kills = 0
  /// Nothing is ever gone.
  var isSticky = false
  /// How many requests of a kind (`create jobs`, `log pods`) are carried out and then not answered.
  var unanswered: [String: Int] = [:]
  /// What the pod of the nth Job prints.
  var log: (String) throws -> String = { _ in "" }

  private func has(_ object: JSONValue, _ labels: String) -> Bool {
    labels.split(separator: ",").allSatisfy { pair in
      let parts = pair.split(separator: "=").map(String.init)
      return object["metadata"]?["labels"]?[parts[0]]?.string == parts[1]
    }
  }

  func list(_ kind: GradeClusterKind, labels: String) throws -> [JSONValue] {
    if kind == .jobs { advance() }
    try answer("list", kind)
    return (objects[kind] ?? [:]).values.filter { has($0, labels) }
  }

  private func advance() {
    for (name, job) in objects[.jobs] ?? [:] {
      looks[name, default: 0] += 1
      var pod: JSONValue = ["metadata": job["metadata"] ?? [:], "status": ["phase": "Running"]]
      if let waiting {
        pod["status"] = [
          "containerStatuses": [["state": ["waiting": ["reason": .string(waiting)]]]]
        ]
      } else if kills > 0 {
        kills -= 1
        objects[.jobs]?[name] = nil
        continue
      } else if looks[name] ?? 0 > 1 {
        pod["status"] = ["phase": "Succeeded"]
        objects[.jobs]?[name]?["status"] = [
          "conditions": [["type": "Complete", "status": "True"]]
        ]
      }
      objects[.pods, default: [:]][name] = pod
    }
  }

  func create(
    _ kind: GradeClusterKind, _ object: JSONValue, isTrial: Bool
  ) throws -> JSONValue {
    guard !isTrial else {
      try answer("try", kind)
      return object
    }
    let name = object["metadata"]?["name"]?.string ?? ""
    guard objects[kind]?[name] == nil else {
      throw DklabError(.conflict, id: "grade.cluster", Text("exists", ko: "있음"))
    }
    objects[kind, default: [:]][name] = object
    if kind == .jobs { made.append(name) }
    try answer("create", kind)
    return object
  }

  func patch(_ kind: GradeClusterKind, _ name: String, _ change: JSONValue) throws {
    #expect(objects[kind]?[name] != nil && change["metadata"]?["ownerReferences"] != nil)
    try answer("patch", kind)
  }

  func delete(_ kind: GradeClusterKind, _ name: String) throws {
    guard !isSticky else { return }
    objects[kind]?[name] = nil
    if kind == .jobs { objects[.pods]?[name] = nil }
    try answer("delete", kind)
  }

  func log(ofPod name: String, container: String) throws -> String? {
    #expect(container == "grade")
    try answer("log", .pods)
    return try log(name)
  }

  private func answer(_ verb: String, _ kind: GradeClusterKind) throws {
    let request = "\(verb) \(kind.rawValue)"
    guard let left = unanswered[request], left > 0 else { return }
    unanswered[request] = left - 1
    throw DklabError(
      .unavailable, id: GradeClusterSetting.unreachable, Text("no answer", ko: "응답 없음"))
  }

  var isEmpty: Bool { objects.values.allSatisfy(\.isEmpty) }
}
