import Documents
import Kube
import Support

/// `kube.ready: {object: deployment/web, replicas: 3}`: everything that was ordered is there and ready.
struct KubeReady: ClusterCheck {
  static let type = "kube.ready"
  static let shorthand: String? = "object"
  let object: ClusterObject
  var cluster: String? { object.cluster }
  let replicas: Int?

  init(_ fields: inout Fields) {
    object = ClusterObject(&fields)
    replicas = fields.integer("replicas")
  }

  var sentence: Text {
    let count = replicas.map { Text(" with \($0) replicas", ko: " 복제본 \($0)개로") }
    return Text(
      "`\(object.text)`\(object.place.en) is ready\(count?.en ?? "")",
      ko: "\(object.place.ko)`\(object.text)`이(가)\(count?.ko ?? "") 준비되었습니다")
  }
  var look: String { "kubectl describe \(object.text)\(object.flag)" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let found = facts.find(object.kind, object.namespace, object.name) else {
      return fail(MissingObject.found(object), MissingObject.causes(object, facts, snapshot))
    }
    guard !found.isBeingDeleted else {
      return fail(
        Text("it is being deleted", ko: "삭제되는 중"), [MissingObject.terminating(object.text)])
    }
    let state = Readiness(found)
    if let replicas, state.wanted != replicas {
      return fail(
        Text("\(state.wanted) replicas are asked for", ko: "요청된 복제본은 \(state.wanted)개"),
        [
          Cause(
            "kube.replicas", "`\(object.text)` asks for \(state.wanted), not for \(replicas)",
            ko: "`\(object.text)`이(가) \(replicas)개가 아니라 \(state.wanted)개를 요청합니다")
        ])
    }
    let text = Text(
      "\(state.ready) of \(state.wanted) ready", ko: "\(state.wanted)개 중 \(state.ready)개 준비됨")
    if state.isComplete { return .pass(found: text) }
    return fail(text, Unready.causes(found, facts))
  }
}

/// How far an object is.
struct Readiness {
  var wanted: Int
  var ready: Int
  var isComplete: Bool

  init(_ object: JSONValue) {
    let status = object["status"] ?? .null
    switch object.kind {
    case "deployment", "replicaset", "statefulset":
      wanted = object.number("spec", "replicas") ?? 1
      ready = status.number("readyReplicas") ?? 0
      let isCurrent =
        (status.number("observedGeneration") ?? 0) >= (object.number("metadata", "generation") ?? 0)
      let updated =
        object.kind == "deployment" ? status.number("updatedReplicas") ?? 0 : wanted
      isComplete =
        isCurrent && ready == wanted && updated == wanted
        && (status.number("replicas") ?? 0) == wanted
    case "daemonset":
      wanted = status.number("desiredNumberScheduled") ?? 0
      ready = status.number("numberReady") ?? 0
      isComplete = wanted > 0 && ready == wanted
    case "job":
      wanted = object.number("spec", "completions") ?? 1
      ready = status.number("succeeded") ?? 0
      isComplete = object.isCondition("Complete")
    default:
      wanted = 1
      isComplete = object.isCondition("Ready")
      ready = isComplete ? 1 : 0
    }
  }
}

/// `kube.endpoints: {service: web, is: 3}`: how many pods a service leads to.
struct KubeEndpoints: ClusterCheck {
  static let type = "kube.endpoints"
  let service: ClusterObject
  let comparison: Comparison

  init(_ fields: inout Fields) {
    let name = fields.subjectString("service")
    service = ClusterObject(
      kind: ClusterKind.named("service") ?? ClusterKind.all[0], name: name,
      namespace: fields.string("namespace") ?? "default")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "service `\(service.name)`\(service.place.en) leads to \(comparison.text.en) pods",
      ko: "\(service.place.ko)`\(service.name)` 서비스가 이르는 파드의 수는 \(comparison.text.ko)입니다")
  }
  var look: String { "kubectl describe service \(service.name)\(service.flag)" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let found = facts.find(service.kind, service.namespace, service.name) else {
      return fail(MissingObject.found(service), MissingObject.causes(service, facts, snapshot))
    }
    let addresses = facts.endpoints(service.name, service.namespace)
    let text = Text("\(addresses.count)", ko: "\(addresses.count)개")
    guard !comparison.holds(for: .integer(Int64(addresses.count))) else {
      return .pass(found: text)
    }
    return fail(text, EmptyService.causes(found, facts))
  }
}
