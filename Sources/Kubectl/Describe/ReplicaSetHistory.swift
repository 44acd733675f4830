import Documents
import Kube

/// The ReplicaSets of a Deployment: its history.
struct ReplicaSetHistory {
  private let session: Session
  static let revisionKey = "deployment.kubernetes.io/revision"
  static let causeKey = "kubernetes.io/change-cause"

  init(_ session: Session) { self.session = session }

  /// The ReplicaSets that belong to `deployment`, oldest first.
  func sets(of deployment: JSONValue) throws -> [JSONValue] {
    let selector = DescribeText.selector(deployment.at("spec", "selector"))
    let kind = try session.discovery.kind(named: "replicasets.apps")
    return try session.list(kind, namespace: deployment.namespace, labels: selector)
      .list("items").filter { $0.controllerReference?.text("uid") == deployment.uid }
      .sorted {
        $0.text("metadata", "creationTimestamp") < $1.text("metadata", "creationTimestamp")
      }
  }

  /// Whether a ReplicaSet has the template that the Deployment has now.
  static func isNewest(_ set: JSONValue, of deployment: JSONValue) -> Bool {
    var template = set.at("spec", "template") ?? .null
    template.set("metadata", "labels", "pod-template-hash", to: nil)
    return normal(template) == normal(deployment.at("spec", "template") ?? .null)
  }

  private static func normal(_ template: JSONValue) -> JSONValue {
    var template = template
    template.set("metadata", "creationTimestamp", to: nil)
    if template.at("metadata", "labels")?.object?.isEmpty == true {
      template.set("metadata", "labels", to: nil)
    }
    return template
  }

  /// The number of an object in the history.
  static func revision(_ object: JSONValue) -> Int {
    Int(object.annotations[revisionKey] ?? "") ?? 0
  }
}
