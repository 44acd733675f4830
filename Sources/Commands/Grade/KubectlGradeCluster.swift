import Documents
import Kubectl
import Labs
import Support

/// The cluster of a kubeconfig, for `dklab grade --on kubernetes`.
struct KubectlGradeCluster: GradeCluster {
  private let access: ClusterAccess

  var namespace: String { access.namespace }

  /// Throws `grade.cluster` when the kubeconfig is of no use.
  init(kubeconfig: String?, context: String?, namespace: String?) throws {
    access = try Self.telling {
      try ClusterAccess(kubeconfig: kubeconfig, context: context, namespace: namespace)
    }
  }

  private func path(_ kind: GradeClusterKind, _ name: String? = nil) -> String {
    "\(kind.group)/namespaces/\(namespace)/\(kind.rawValue)" + (name.map { "/\($0)" } ?? "")
  }

  func list(_ kind: GradeClusterKind, labels: String) throws -> [JSONValue] {
    try Self.telling {
      try access.request("GET", path(kind), query: [("labelSelector", labels)])["items"]?.array
        ?? []
    }
  }

  func create(_ kind: GradeClusterKind, _ object: JSONValue, isTrial: Bool) throws -> JSONValue {
    try Self.telling {
      try access.request(
        "POST", path(kind), query: isTrial ? [("dryRun", "All")] : [], body: object)
    }
  }

  func patch(_ kind: GradeClusterKind, _ name: String, _ change: JSONValue) throws {
    _ = try Self.telling {
      try access.request("PATCH", path(kind, name), body: change, isMergePatch: true)
    }
  }

  func delete(_ kind: GradeClusterKind, _ name: String) throws {
    do {
      try access.request(
        "DELETE", path(kind, name), query: [("propagationPolicy", "Background")])
    } catch ClusterAccess.Failure.refused(404, _) {
      // Somebody was faster.
    } catch {
      throw Self.told(error)
    }
  }

  func log(ofPod name: String, container: String) throws -> String? {
    do {
      return try access.text(path(.pods, name) + "/log", query: [("container", container)])
    } catch ClusterAccess.Failure.refused(let status, _) where Self.hasNoLog(status) {
      return nil
    } catch {
      throw Self.told(error)
    }
  }

  /// Whether the HTTP status says of a log that there is none: the container never ran (400), or its pod is
  /// gone (404).
  static func hasNoLog(_ status: Int) -> Bool { [400, 404].contains(status) }

  /// Whether the HTTP status says that the server is not able to answer for now: 429, and its own errors.
  static func isPassing(_ status: Int) -> Bool { status == 429 || (500...599).contains(status) }

  private static func telling<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw told(error) }
  }

  /// `error` in the words, and with the id, that grading knows.
  static func told(_ error: any Error) -> any Error {
    switch error as? ClusterAccess.Failure {
    case .refused(let status, let message)? where isPassing(status):
      DklabError(
        .unavailable, id: GradeClusterSetting.unreachable,
        Text(
          "the cluster is not able to answer (\(status)): \(message)",
          ko: "클러스터가 응답하지 못합니다(\(status)): \(message)"))
    case .refused(let status, let message)?:
      DklabError(
        status == 403 ? .denied : .invalid, id: "grade.cluster",
        Text("the cluster refuses: \(message)", ko: "클러스터가 거절했습니다: \(message)"))
    case .unreachable(let message)?:
      DklabError(
        .unavailable, id: GradeClusterSetting.unreachable,
        Text(message, ko: "클러스터에 연결할 수 없습니다: \(message)"),
        hint: Text(
          "is it the right --kubeconfig and --context?", ko: "--kubeconfig와 --context가 맞습니까?"))
    case nil: error
    }
  }
}
