import Documents
import Engine
import Kube
import Linux
import Support

/// Looks at the cluster of a lab through its API, as `kubectl get` would.
struct ClusterProbe {
  private let cluster: Cluster

  /// The cluster of the lab in `instance`: it has the instance's name.
  init(root: DataRoot, instance: String) throws {
    cluster = try Cluster(root: root.path, name: instance)
  }

  private var client: LocalClient { LocalClient(socketPath: cluster.directory.socketPath) }

  /// All objects that checks ask about. A cluster that is not there or does not run is an answer.
  func facts() throws -> ProbeResult {
    if let absence { return absence }
    var facts = ClusterFacts()
    for kind in ClusterKind.all {
      let answer = try client.request("GET", kind.path)
      guard answer.isSuccess else {
        return .failed(
          Text(
            "the cluster does not list \(kind.plural): \(answer.body.text("message"))",
            ko: "클러스터가 \(kind.plural) 목록을 주지 않습니다: \(answer.body.text("message"))"))
      }
      facts.objects[kind.plural] = answer.body.list("items").map { item in
        var item = item
        item["kind"] = .string(kind.singular)
        return item
      }
    }
    return .cluster(facts)
  }

  /// What a container of a pod has printed; of the only one when none is named.
  func log(_ namespace: String, _ pod: String, _ container: String?) throws -> ProbeResult {
    if let absence { return absence }
    let query = container.map { "?container=\($0)" } ?? ""
    let answer = try client.request(
      "GET", "/api/v1/namespaces/\(namespace)/pods/\(pod)/log\(query)")
    guard answer.isSuccess else { return .nothing(answer.body.text("message").oneLine) }
    // What looks like JSON has been read as such.
    return .text((answer.body.string ?? answer.body.text(pretty: false)).printable)
  }

  private var absence: ProbeResult? {
    if !cluster.directory.exists { return .nothing("no cluster") }
    return cluster.isRunning ? nil : .nothing("stopped")
  }
}
