import Documents
import Kube
import Support

/// `kube.log: {object: pod/hello, contains: done}`: what a pod has printed.
struct KubeLog: ClusterCheck {
  static let type = "kube.log"
  let object: ClusterObject
  var cluster: String? { object.cluster }
  let container: String?
  let comparison: Comparison

  init(_ fields: inout Fields) {
    object = ClusterObject(&fields)
    container = fields.string("container")
    comparison = Comparison.required(&fields)
    if fields.has("object"), object.kind.plural != "pods" {
      fields.report(
        "lab.bad-object", Text("only pods have a log", ko: "로그는 파드에만 있습니다"),
        at: fields.location(of: "object"))
    }
  }

  var sentence: Text {
    Text(
      "the output of `\(object.text)`\(object.place.en) is \(comparison.text.en)",
      ko: "\(object.place.ko)`\(object.text)`의 출력은 \(comparison.text.ko)입니다")
  }
  var look: String {
    "kubectl logs \(object.name)\(object.flag)" + (container.map { " -c \($0)" } ?? "")
  }
  private var probe: Probe {
    .podLog(
      namespace: object.namespace, pod: object.name, container: container, cluster: object.cluster)
  }
  var probes: [Probe] { [.cluster(cluster), probe] }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let pod = facts.find(object.kind, object.namespace, object.name) else {
      return fail(MissingObject.found(object), MissingObject.causes(object, facts, snapshot))
    }
    switch snapshot.result(probe) {
    case .failed(let reason): return .error(reason)
    case .text(let text):
      let value = JSONValue.string(text)
      guard !comparison.holds(for: value) else {
        return .pass(found: Text(value.quoted, ko: value.quoted))
      }
      return fail(
        Text(value.quoted, ko: value.quoted),
        [
          Cause(
            "output.differs", "it has printed \(value.quoted)", ko: "출력한 것: \(value.quoted)")
        ])
    case .nothing(let reason):
      return fail(Text(reason, ko: reason), Unready.causes(pod, facts))
    default: return .error(Text("its log could not be read", ko: "로그를 읽을 수 없습니다"))
    }
  }
}

/// `kube.event: {object: pod/x, reason: FailedScheduling}`: the cluster has said it of an object.
struct KubeEvent: ClusterCheck {
  static let type = "kube.event"
  let object: ClusterObject
  var cluster: String? { object.cluster }
  let reason: String

  init(_ fields: inout Fields) {
    object = ClusterObject(&fields)
    reason = fields.requiredString("reason")
  }

  var sentence: Text {
    Text(
      "there is an event `\(reason)` of `\(object.text)`\(object.place.en)",
      ko: "\(object.place.ko)`\(object.text)`의 `\(reason)` 이벤트가 있습니다")
  }
  var look: String { "kubectl get events\(object.flag)" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    let events = (facts.objects["events"] ?? []).filter { event in
      event.text("involvedObject", "name") == object.name
        && event.text("involvedObject", "kind").lowercased() == object.kind.singular
        && (!object.kind.isNamespaced || event.namespace == object.namespace)
    }
    if let found = events.last(where: { $0.text("reason") == reason }) {
      let text = found.text("message").oneLine
      return .pass(found: Text(text, ko: text))
    }
    let others = Set(events.map { $0.text("reason") }).sorted().joined(separator: ", ")
    guard !others.isEmpty else {
      let nothing = Text("no event at all", ko: "이벤트가 하나도 없음")
      guard let found = facts.find(object.kind, object.namespace, object.name) else {
        return fail(nothing, MissingObject.causes(object, facts, snapshot))
      }
      return fail(nothing, Unready.causes(found, facts))
    }
    return fail(
      Text("only \(others)", ko: "\(others)뿐"),
      [
        Cause(
          "kube.other-events", "what has happened to it: \(others)", ko: "일어난 일: \(others)")
      ])
  }
}
