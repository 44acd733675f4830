import Documents
import Kube
import Support

/// `kube.count: {kind: pods, labels: app=web, ready: true, is: 3}`
struct KubeCount: ClusterCheck {
  static let type = "kube.count"
  let kind: ClusterKind
  let namespace: String
  let labels: [String: String]
  let ownedBy: String?
  let isReady: Bool
  let cluster: String?
  let comparison: Comparison

  init(_ fields: inout Fields) {
    let written = fields.requiredString("kind")
    kind = ClusterKind.named(written) ?? ClusterKind.all[0]
    if fields.has("kind"), ClusterKind.named(written) == nil {
      fields.report(
        "lab.unknown-value", Text("no kind `\(written)`", ko: "`\(written)` 종류는 없습니다"),
        hint: .list(of: ClusterKind.all.map(\.plural)), at: fields.location(of: "kind"))
    }
    namespace = fields.string("namespace") ?? "default"
    labels = Self.labels(fields.string("labels") ?? "")
    ownedBy = fields.string("owner")
    isReady = fields.bool("ready") ?? false
    cluster = fields.string("cluster")
    comparison = Comparison.required(&fields)
  }

  /// `app=web,tier=front`.
  static func labels(_ text: String) -> [String: String] {
    var labels: [String: String] = [:]
    for part in text.split(separator: ",") {
      let words = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
      if words.count == 2 { labels[words[0]] = words[1] }
    }
    return labels
  }

  private var selector: String {
    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  private var filters: Text {
    let all = [
      namespace == "default" || !kind.isNamespaced
        ? nil : Text("namespace `\(namespace)`", ko: "`\(namespace)` 네임스페이스"),
      labels.isEmpty ? nil : Text("labels `\(selector)`", ko: "`\(selector)` 레이블"),
      ownedBy.map { Text("made by a \($0)", ko: "\($0)이(가) 만든 것") },
      isReady ? Text("ready", ko: "준비됨") : nil,
    ].compactMap { $0 }
    guard !all.isEmpty else { return Text("", ko: "") }
    let english = all.map(\.en).joined(separator: ", ")
    let korean = all.map(\.ko).joined(separator: ", ")
    return Text(" (\(english))", ko: "(\(korean))")
  }

  var sentence: Text {
    Text(
      "there are \(comparison.text.en) \(kind.plural)\(filters.en)",
      ko: "\(kind.plural)\(filters.ko)의 수는 \(comparison.text.ko)입니다")
  }

  var look: String {
    let place = namespace == "*" ? " -A" : namespace == "default" ? "" : " -n \(namespace)"
    return "kubectl get \(kind.plural)" + (kind.isNamespaced ? place : "") + " --show-labels"
  }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    let all = facts.list(kind, namespace).filter { !$0.isBeingDeleted }
    let chosen = all.filter { object in
      labels.allSatisfy { object.labels[$0.key] == $0.value }
        && (ownedBy.map { object.controllerReference?.text("kind") == $0 } ?? true)
    }
    let counted = chosen.filter { !isReady || $0.isCondition("Ready") }
    let found = Text("\(counted.count)", ko: "\(counted.count)개")
    guard !comparison.holds(for: .integer(Int64(counted.count))) else { return .pass(found: found) }
    if isReady, let waiting = chosen.first(where: { !$0.isCondition("Ready") }) {
      return fail(found, Unready.causes(waiting, facts))
    }
    let wanted = Comparison.number(comparison.value) ?? 0
    guard Double(counted.count) < wanted else {
      return fail(
        found,
        [
          Cause(
            "count.too-many", "they are: \(Self.names(counted))",
            ko: "다음과 같습니다: \(Self.names(counted))")
        ])
    }
    let others = all.filter { object in !chosen.contains { $0.uid == object.uid } }
    let elsewhere = Set((facts.objects[kind.plural] ?? []).filter(fits).map(\.namespace))
      .subtracting([namespace])
    if counted.isEmpty, namespace != "*", kind.isNamespaced, let other = elsewhere.sorted().first {
      return fail(found, [MissingObject.elsewhere(other)])
    }
    if let other = others.first {
      let text = other.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ",")
      return fail(
        found,
        [
          Cause(
            "label.missing", "`\(other.name)` does not count: its labels are `\(text)`",
            ko: "`\(other.name)`은(는) 세지 않습니다. 레이블이 `\(text)`입니다")
        ])
    }
    return fail(
      found,
      [Cause("count.too-few", "there are no others", ko: "다른 것은 없습니다")])
  }

  private func fits(_ object: JSONValue) -> Bool {
    !labels.isEmpty && labels.allSatisfy { object.labels[$0.key] == $0.value }
  }

  private static func names(_ objects: [JSONValue]) -> String {
    objects.prefix(6).map(\.name).joined(separator: ", ") + (objects.count > 6 ? " …" : "")
  }
}
