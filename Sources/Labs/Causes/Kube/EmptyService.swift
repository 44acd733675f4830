import Documents
import Kube
import Support

/// Why a service leads to other pods than it should.
enum EmptyService {
  static func causes(_ service: JSONValue, _ facts: ClusterFacts) -> [Cause] {
    let selector = service.map("spec", "selector")
    let text = Self.text(selector)
    guard !selector.isEmpty else {
      return [
        Cause(
          "kube.no-selector", "service `\(service.name)` has no selector: it chooses no pods",
          ko: "`\(service.name)` 서비스에 셀렉터가 없어서 파드를 고르지 않습니다")
      ]
    }
    let chosen = facts.pods(service.namespace, fitting: selector)
    guard !chosen.isEmpty else { return [noMatch(service, selector, facts)] }
    if let port = unknownPort(service, chosen) { return [port] }
    let unready = chosen.filter { !$0.isCondition("Ready") }
    if let first = unready.first {
      return [
        Cause(
          "kube.waits-for-pod",
          "its selector `\(text)` fits `\(first.name)`, which is not ready and gets no requests",
          ko: "셀렉터 `\(text)`에 맞는 `\(first.name)`이(가) 준비되지 않아 요청을 받지 않습니다")
      ] + Unready.causes(first, facts)
    }
    let names = chosen.prefix(6).map(\.name).joined(separator: ", ")
    return [
      Cause(
        "kube.selected", "its selector `\(text)` fits: \(names)",
        ko: "셀렉터 `\(text)`에 맞는 파드: \(names)")
    ]
  }

  private static func noMatch(
    _ service: JSONValue, _ selector: [String: String], _ facts: ClusterFacts
  ) -> Cause {
    let wanted = text(selector)
    let pods = facts.pods(service.namespace)
    guard let near = pods.max(by: { likeness($0, selector) < likeness($1, selector) }) else {
      return Cause(
        "kube.selector", "its selector `\(wanted)` fits no pod: there are none in the namespace",
        ko: "셀렉터 `\(wanted)`에 맞는 파드가 없습니다. 네임스페이스에 파드가 없습니다")
    }
    let labels = text(near.labels)
    return Cause(
      "kube.selector",
      "its selector `\(wanted)` fits no pod: `\(near.name)` has the labels `\(labels)`",
      ko: "셀렉터 `\(wanted)`에 맞는 파드가 없습니다. `\(near.name)`의 레이블은 `\(labels)`입니다")
  }

  /// How many of the selector's keys a pod has.
  private static func likeness(_ pod: JSONValue, _ selector: [String: String]) -> Int {
    selector.keys.filter { pod.labels[$0] != nil }.count
  }

  /// A port that is named and that no container has.
  private static func unknownPort(_ service: JSONValue, _ pods: [JSONValue]) -> Cause? {
    let names = Set(
      pods.flatMap { $0.list("spec", "containers") }.flatMap { $0.list("ports") }
        .map { $0.text("name") })
    for port in service.list("spec", "ports") {
      guard let target = port["targetPort"]?.string, Int(target) == nil, !names.contains(target)
      else { continue }
      return Cause(
        "kube.port", "no container has a port called `\(target)`",
        ko: "`\(target)`이라는 포트를 가진 컨테이너가 없습니다")
    }
    return nil
  }

  private static func text(_ labels: [String: String]) -> String {
    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
