import Documents
import Kube
import Support

/// A kind of object that checks may ask about.
struct ClusterKind: Sendable, Hashable {
  /// As it stands in the API's paths, and as one writes it: `pods`, `pod`, `po`.
  var plural: String
  var names: [String]
  var group: String = "/api/v1"
  var isNamespaced = true

  static let all: [ClusterKind] = [
    ClusterKind(plural: "pods", names: ["pod", "po"]),
    ClusterKind(plural: "services", names: ["service", "svc"]),
    ClusterKind(plural: "configmaps", names: ["configmap", "cm"]),
    ClusterKind(plural: "secrets", names: ["secret"]),
    ClusterKind(plural: "serviceaccounts", names: ["serviceaccount", "sa"]),
    ClusterKind(plural: "resourcequotas", names: ["resourcequota", "quota"]),
    ClusterKind(plural: "events", names: ["event", "ev"]),
    ClusterKind(plural: "namespaces", names: ["namespace", "ns"], isNamespaced: false),
    ClusterKind(plural: "nodes", names: ["node", "no"], isNamespaced: false),
    ClusterKind(plural: "deployments", names: ["deployment", "deploy"], group: "/apis/apps/v1"),
    ClusterKind(plural: "replicasets", names: ["replicaset", "rs"], group: "/apis/apps/v1"),
    ClusterKind(plural: "daemonsets", names: ["daemonset", "ds"], group: "/apis/apps/v1"),
    ClusterKind(plural: "statefulsets", names: ["statefulset", "sts"], group: "/apis/apps/v1"),
    ClusterKind(plural: "jobs", names: ["job"], group: "/apis/batch/v1"),
    ClusterKind(plural: "cronjobs", names: ["cronjob", "cj"], group: "/apis/batch/v1"),
    ClusterKind(
      plural: "endpointslices", names: ["endpointslice"], group: "/apis/discovery.k8s.io/v1"),
  ]

  /// The kind of that name, in whichever number.
  static func named(_ name: String) -> ClusterKind? {
    all.first { $0.plural == name || $0.names.contains(name) }
  }

  var path: String { "\(group)/\(plural)" }
  /// `deployment`.
  var singular: String { names[0] }
}

/// What a cluster holds, at one moment: the objects of all kinds that checks ask about.
package struct ClusterFacts: Sendable, Hashable {
  /// By plural.
  var objects: [String: [JSONValue]] = [:]
  /// Controllers that were switched off.
  var stopped: [String] = []

  init(objects: [String: [JSONValue]] = [:], stopped: [String] = []) {
    (self.objects, self.stopped) = (objects, stopped)
  }

  /// Those of a kind, of one namespace unless that is `*`.
  func list(_ kind: ClusterKind, _ namespace: String) -> [JSONValue] {
    let all = objects[kind.plural] ?? []
    guard kind.isNamespaced, namespace != "*" else { return all }
    return all.filter { $0.namespace == namespace }
  }

  func pods(_ namespace: String) -> [JSONValue] {
    objects["pods"]?.filter { $0.namespace == namespace } ?? []
  }

  func find(_ kind: ClusterKind, _ namespace: String, _ name: String) -> JSONValue? {
    list(kind, namespace).first { $0.name == name }
  }

  /// Pods that carry all labels of `selector`.
  func pods(_ namespace: String, fitting selector: [String: String]) -> [JSONValue] {
    pods(namespace).filter { pod in selector.allSatisfy { pod.labels[$0.key] == $0.value } }
  }

  /// What happened to an object, oldest first.
  func events(_ object: JSONValue) -> [JSONValue] {
    (objects["events"] ?? []).filter { event in
      event.text("involvedObject", "name") == object.name
        && event.text("involvedObject", "namespace") == object.namespace
    }.sorted { Self.time($0) < Self.time($1) }
  }

  private static func time(_ event: JSONValue) -> String {
    let last = event.text("lastTimestamp")
    return last.isEmpty ? event.text("metadata", "creationTimestamp") : last
  }

  /// Addresses of a service that take requests.
  func endpoints(_ service: String, _ namespace: String) -> [String] {
    let slices = (objects["endpointslices"] ?? []).filter {
      $0.namespace == namespace && $0.labels["kubernetes.io/service-name"] == service
    }
    let ready = slices.flatMap { $0.list("endpoints") }.filter {
      $0.at("conditions", "ready")?.bool ?? true
    }
    return Set(ready.flatMap { $0.list("addresses").compactMap(\.string) }).sorted()
  }
}

/// `deployment/web` in a namespace, as a check names it.
struct ClusterObject: Sendable, Hashable {
  var kind: ClusterKind
  var name: String
  var namespace: String
  /// Another cluster than the lab's first one.
  var cluster: String?

  /// `deployment/web`.
  var text: String { "\(kind.singular)/\(name)" }
  /// The end of a sentence: ` in namespace `shop``; empty in the default one.
  var place: Text {
    let room =
      kind.isNamespaced && namespace != "default"
      ? Text(" in namespace `\(namespace)`", ko: "`\(namespace)` 네임스페이스의 ") : Text("", ko: "")
    guard let cluster else { return room }
    return Text(room.en + " of cluster `\(cluster)`", ko: "`\(cluster)` 클러스터의 " + room.ko)
  }
  /// The flag with which kubectl looks there.
  var flag: String {
    (kind.isNamespaced && namespace != "default" ? " -n \(namespace)" : "")
      + (cluster.map { " --context dklab-\($0)" } ?? "")
  }

  /// Reads `object: KIND/NAME` and `namespace:` of a check's arguments.
  init(_ fields: inout Fields) {
    let text = fields.requiredString("object")
    namespace = fields.string("namespace") ?? "default"
    cluster = fields.string("cluster")
    let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
    kind = ClusterKind.all[0]
    name = parts.count == 2 ? parts[1] : ""
    guard fields.has("object") else { return }
    let location = fields.location(of: "object")
    guard parts.count == 2, let known = ClusterKind.named(parts[0]) else {
      fields.report(
        "lab.bad-object",
        Text("`\(text)` is no object: write KIND/NAME", ko: "`\(text)`은(는) 객체가 아닙니다. 종류/이름으로 씁니다"),
        hint: .list(of: ClusterKind.all.map { "\($0.singular)/NAME" }), at: location)
      return
    }
    kind = known
    // As it is written, with its variables: that is how the text mentions it.
    let written = fields.node("object")?.text ?? text
    fields.mention(
      written.split(separator: "/", maxSplits: 1).last.map(String.init) ?? "", location)
  }

  init(kind: ClusterKind, name: String, namespace: String) {
    (self.kind, self.name, self.namespace) = (kind, name, namespace)
  }
}
