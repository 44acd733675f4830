import Documents
import Support

/// A Deployment and its ReplicaSets while the controller plans: what it decides about one step is
/// already true for the next.
struct DeploymentState {
  var deployment: JSONValue
  /// The ReplicaSet of the present template.
  var new: JSONValue?
  /// The others, oldest first.
  var old: [JSONValue]
  let now: String
  private let template: JSONValue

  init(_ deployment: JSONValue, _ view: ClusterView) {
    self.deployment = deployment
    now = view.timestamp
    template = deployment.at("spec", "template") ?? [:]
    let sets = view.owned(by: deployment, DeploymentController.sets)
    let wished = Self.bare(template)
    new = sets.first { Self.bare($0.at("spec", "template") ?? [:]) == wished }
    let current = new?.uid
    old = sets.filter { $0.uid != current || current == nil }
  }

  /// A template without the label that tells the sets' pods apart.
  private static func bare(_ template: JSONValue) -> JSONValue {
    var template = template
    template.set("metadata", "labels", DeploymentController.hashLabel, to: nil)
    return template
  }

  var wished: Int { deployment.number("spec", "replicas") ?? 1 }
  func replicas(of set: JSONValue) -> Int { set.number("spec", "replicas") ?? 0 }
  var allSets: [JSONValue] { old + (new.map { [$0] } ?? []) }

  private func bound(_ key: String, roundUp: Bool) -> Int {
    let value = deployment.at("spec", "strategy", "rollingUpdate", key)
    return IntOrPercent(value)?.resolved(of: wished, roundUp: roundUp) ?? 0
  }

  /// How many pods there may be beyond the wished number.
  var maxSurge: Int {
    deployment.text("spec", "strategy", "type") == "Recreate" ? 0 : bound("maxSurge", roundUp: true)
  }

  /// How many pods may be missing from the wished number.
  var maxUnavailable: Int {
    let most = min(bound("maxUnavailable", roundUp: false), wished)
    // Percentages of small numbers may both round to nothing; then there would be no way forward.
    return most == 0 && maxSurge == 0 ? 1 : most
  }

  /// With how many replicas a new ReplicaSet begins.
  var initialReplicas: Int {
    let total = old.reduce(0) { $0 + replicas(of: $1) }
    return max(0, min(wished + maxSurge - total, wished))
  }

  /// The number of the present revision: one more than any before.
  private var nextRevision: Int {
    (old.compactMap { Int32($0.annotations[DeploymentController.revision] ?? "") }
      .map(Int.init).max() ?? 0) + 1
  }

  // MARK: The new set

  mutating func ensureNewSet(initial: Int, _ plan: inout Plan) {
    guard let found = new else {
      create(replicas: initial, &plan)
      return
    }
    var set = found
    annotate(&set)
    if set != found {
      new = set
      plan.add(
        .update(bucket: DeploymentController.sets, set),
        Text(
          "\(set.name) is the replica set of the present template",
          ko: "\(set.name)이(가) 현재 템플릿의 레플리카셋입니다"))
    }
    recordRevision(set, &plan)
  }

  private mutating func create(replicas: Int, _ plan: inout Plan) {
    let salt = deployment.number("status", "collisionCount") ?? 0
    let hash = Pods.hash(of: template, salt: salt)
    var labelled = template
    labelled.set("metadata", "labels", DeploymentController.hashLabel, to: .string(hash))
    var selector = deployment.at("spec", "selector") ?? [:]
    selector.set("matchLabels", DeploymentController.hashLabel, to: .string(hash))
    var set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("\(deployment.name)-\(hash)"), "namespace": .string(deployment.namespace),
        "labels": labelled.at("metadata", "labels") ?? [:],
        "ownerReferences": [Pods.reference(to: deployment)],
      ],
      "spec": [
        "replicas": .integer(Int64(replicas)), "selector": selector, "template": labelled,
      ],
    ]
    if let seconds = deployment.at("spec", "minReadySeconds") {
      set.set("spec", "minReadySeconds", to: seconds)
    }
    annotate(&set)
    new = set
    plan.add(
      .create(bucket: DeploymentController.sets, set, owner: nil),
      Text(
        "the template of \(deployment.name) has no replica set yet",
        ko: "\(deployment.name)의 템플릿에 해당하는 레플리카셋이 아직 없습니다"))
    plan.add(
      .record(
        EventNote(
          deployment, "ScalingReplicaSet",
          "Scaled up replica set \(set.name) from 0 to \(replicas)",
          from: "deployment-controller")),
      Text("a new replica set begins", ko: "새 레플리카셋을 시작합니다"))
    recordRevision(set, &plan)
  }

  private func annotate(_ set: inout JSONValue) {
    let kept = [
      "kubectl.kubernetes.io/last-applied-configuration", DeploymentController.revision,
      "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
      "deployment.kubernetes.io/max-replicas",
    ]
    for (key, value) in deployment.annotations where !kept.contains(key) {
      set.set("metadata", "annotations", key, to: .string(value))
    }
    let before = Int(set.annotations[DeploymentController.revision] ?? "") ?? 0
    if before < nextRevision {
      set.set(
        "metadata", "annotations", DeploymentController.revision,
        to: .string(String(nextRevision)))
    }
    mark(&set)
  }

  private func mark(_ set: inout JSONValue) {
    let counts = ["desired-replicas": wished, "max-replicas": wished + maxSurge]
    for (key, count) in counts {
      set.set(
        "metadata", "annotations", "deployment.kubernetes.io/\(key)", to: .string(String(count)))
    }
  }

  private mutating func recordRevision(_ set: JSONValue, _ plan: inout Plan) {
    let revision = set.annotations[DeploymentController.revision]
    guard let revision, deployment.annotations[DeploymentController.revision] != revision else {
      return
    }
    deployment.set(
      "metadata", "annotations", DeploymentController.revision, to: .string(revision))
    plan.add(
      .update(bucket: DeploymentController.bucket, deployment),
      Text("the template is revision \(revision)", ko: "이 템플릿은 리비전 \(revision)입니다"))
    // What follows must not be taken for a change by somebody else.
    deployment.set("metadata", "resourceVersion", to: nil)
  }

  // MARK: Scaling

  mutating func scaleNew(to count: Int, _ plan: inout Plan) {
    guard let set = new, replicas(of: set) != count else { return }
    new = scaled(set, to: count, &plan)
  }

  mutating func scaleOld(_ index: Int, to count: Int, _ plan: inout Plan) {
    guard replicas(of: old[index]) != count else { return }
    old[index] = scaled(old[index], to: count, &plan)
  }

  private func scaled(_ set: JSONValue, to count: Int, _ plan: inout Plan) -> JSONValue {
    let before = replicas(of: set)
    var set = set
    set.set("spec", "replicas", to: .integer(Int64(count)))
    mark(&set)
    let word = count > before ? "up" : "down"
    plan.add(
      .update(bucket: DeploymentController.sets, set),
      Text(
        "scale \(set.name) from \(before) to \(count): \(deployment.name) wants \(wished), at most "
          + "\(wished + maxSurge) in all, at least \(wished - maxUnavailable) available",
        ko: "\(set.name)을(를) \(before)에서 \(count)(으)로 조정: \(deployment.name)은(는) \(wished)개를 원하고, "
          + "최대 \(wished + maxSurge)개까지, \(wished - maxUnavailable)개 이상은 사용할 수 있어야 합니다"))
    plan.add(
      .record(
        EventNote(
          deployment, "ScalingReplicaSet",
          "Scaled \(word) replica set \(set.name) from \(before) to \(count)",
          from: "deployment-controller")),
      Text("tell about it", ko: "알립니다"))
    // The same set may be changed again in this plan.
    set.set("metadata", "resourceVersion", to: nil)
    return set
  }
}

/// A number, or a share of one.
package enum IntOrPercent: Sendable, Equatable {
  case number(Int)
  case percent(Int)

  package init?(_ value: JSONValue?) {
    switch value {
    case .integer(let number): self = .number(Int(number))
    case .string(let text):
      if text.hasSuffix("%"), let percent = Int32(text.dropLast()) {
        self = .percent(Int(percent))
      } else if let number = Int32(text) {
        self = .number(Int(number))
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// The number that is meant, of a total.
  package func resolved(of total: Int, roundUp: Bool) -> Int {
    switch self {
    case .number(let number): number
    case .percent(let percent):
      Int(clamping: (Int128(total) * Int128(percent) + (roundUp ? 99 : 0)) / 100)
    }
  }
}
