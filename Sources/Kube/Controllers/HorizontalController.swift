// Autoscalers of pods. Every fifteen seconds each looks at what the pods of its target use, and asks
// for as many as it takes for each to use what it should.
//
// Next: AutoscalerMetrics.swift, ReplicaCalculation.swift, ScalingRules.swift

import Documents
import Support

/// Keeps the targets of autoscalers as large as their load asks for.
package struct HorizontalController: Controller {
  package let name = "horizontal-pod-autoscaler"
  package let watches = [Self.bucket, "apps/deployments", "apps/replicasets", "apps/statefulsets"]
  private static let bucket = "autoscaling/horizontalpodautoscalers"
  private static let period: Int64 = 15_000_000_000
  private static let targets = [
    "Deployment": "apps/deployments", "ReplicaSet": "apps/replicasets",
    "StatefulSet": "apps/statefulsets", "ReplicationController": "replicationcontrollers",
  ]

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    guard event.object.key.bucket != Self.bucket else { return [event.object.key] }
    let object = event.object.value
    return view.objects(Self.bucket, object.namespace).filter {
      $0.text("spec", "scaleTargetRef", "name") == object.name
        && Self.targets[$0.text("spec", "scaleTargetRef", "kind")] == event.object.key.bucket
    }.map { ObjectKey(Self.bucket, $0.namespace, $0.name) }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let scaler = view.object(key), !scaler.isBeingDeleted else {
      plan.memory = AutoscalerMemory()
      return plan
    }
    let reference = scaler.at("spec", "scaleTargetRef") ?? [:]
    let bucket = Self.targets[reference.text("kind")] ?? ""
    let target = view.object(bucket, scaler.namespace, reference.text("name"))
    var memory = view.memory ?? AutoscalerMemory()
    let replicas = target.map { $0.number("spec", "replicas") ?? 1 }
    // Between two looks only what somebody else has changed is news.
    let isNews = memory.spec != scaler["spec"] || memory.replicas != replicas
    if !isNews, let last = memory.lookedAt, view.now - last < Self.period {
      plan.lookAgain(after: Int((Self.period - (view.now - last)) / 1_000_000_000) + 1)
      return plan
    }
    plan.lookAgain(after: Int(Self.period / 1_000_000_000))
    memory.lookedAt = view.now
    memory.spec = scaler["spec"] ?? .null
    memory.replicas = replicas
    var look = Look(scaler, memory, view)
    if let target, let replicas {
      look.take(target, bucket, replicas)
    } else {
      look.missTarget(reference, bucket)
    }
    plan.steps = look.steps
    plan.memory = look.memory
    if look.status != scaler["status"] {
      var new = scaler
      new["status"] = look.status
      plan.add(
        .updateStatus(bucket: Self.bucket, new),
        Text("what was found", ko: "관찰한 결과입니다"))
    }
    for note in look.notes {
      plan.add(.record(note), Text("tell about it", ko: "알립니다"))
    }
    return plan
  }

  /// One look of one autoscaler.
  private struct Look {
    private var scaler: JSONValue
    private let view: ClusterView
    private(set) var memory: AutoscalerMemory
    private(set) var steps: [Step] = []
    private(set) var notes: [EventNote] = []

    init(_ scaler: JSONValue, _ memory: AutoscalerMemory, _ view: ClusterView) {
      self.scaler = scaler
      self.memory = memory
      self.view = view
    }

    var status: JSONValue? { scaler["status"] }

    mutating func missTarget(_ reference: JSONValue, _ bucket: String) {
      let group = reference.text("apiVersion").split(separator: "/").dropLast().first ?? ""
      let kind = bucket.split(separator: "/").last.map(String.init) ?? reference.text("kind")
      let cause =
        bucket.isEmpty
        ? "no matches for kind \"\(kind)\" in group \"\(group)\""
        : "\(kind)\(group.isEmpty ? "" : ".")\(group) \"\(reference.text("name"))\" not found"
      warn("FailedGetScale", cause)
      condition(
        "AbleToScale", false, "FailedGetScale",
        "the HPA controller was unable to get the target's current scale: " + cause)
    }

    mutating func take(_ target: JSONValue, _ bucket: String, _ current: Int) {
      condition(
        "AbleToScale", true, "SucceededGetScale",
        "the HPA controller was able to get the target's current scale")
      let spec = scaler["spec"] ?? .null
      let least = spec.number("minReplicas") ?? 1
      let most = spec.number("maxReplicas") ?? current
      if memory.advice.isEmpty {
        memory.advice = [.init(time: view.now, replicas: current)]
      }
      if current == 0, least != 0 {
        condition(
          "ScalingActive", false, "ScalingDisabled",
          "scaling is disabled since the replica count of the target is zero")
        return keep(current, current, [])
      }
      if current > most {
        return scale(
          target, bucket, current, most, "Current number of replicas above Spec.MaxReplicas", [])
      }
      if current < least {
        return scale(
          target, bucket, current, least, "Current number of replicas below Spec.MinReplicas", [])
      }
      measure(target, bucket, current, spec)
    }

    private mutating func measure(
      _ target: JSONValue, _ bucket: String, _ current: Int, _ spec: JSONValue
    ) {
      let metrics = AutoscalerMetrics(scaler, pods(of: target), current: current, view)
      for problem in metrics.problems { warn(problem.reason, problem.message) }
      if let failure = metrics.failure, let first = metrics.problems.first {
        condition(
          "ScalingActive", false, first.reason,
          "the HPA was unable to compute the replica count: " + first.message)
        warn("FailedComputeMetricsReplicas", failure)
        let old = scaler.list("status", "currentMetrics")
        return keep(current, scaler.number("status", "desiredReplicas") ?? 0, old)
      }
      guard let best = metrics.best else { return keep(current, current, []) }
      condition(
        "ScalingActive", true, "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from \(best.name)")
      let rules = ScalingRules(spec)
      memory.forget(before: view.now - Int64(rules.memory) * 1_000_000_000)
      let verdict = rules.verdict(best.replicas, current: current, memory, now: view.now)
      memory.advice.append(.init(time: view.now, replicas: best.replicas))
      condition("AbleToScale", true, verdict.able.reason, verdict.able.message)
      condition("ScalingLimited", verdict.isLimited, verdict.limit.reason, verdict.limit.message)
      guard verdict.replicas != current else { return keep(current, current, metrics.statuses) }
      scale(
        target, bucket, current, verdict.replicas,
        best.replicas > current ? "\(best.name) above target" : "All metrics below target",
        metrics.statuses)
    }

    private func pods(of target: JSONValue) -> [JSONValue] {
      let selector =
        target.kind == "ReplicationController"
        ? LabelSelector(labels: target.map("spec", "selector"))
        : LabelSelector(object: target.at("spec", "selector"))
      guard let selector else { return [] }
      return view.objects("pods", target.namespace).filter { selector.matches($0.labels) }
    }

    private mutating func scale(
      _ target: JSONValue, _ bucket: String, _ current: Int, _ wanted: Int, _ reason: String,
      _ metrics: [JSONValue]
    ) {
      steps.append(
        Step(
          .scale(bucket: bucket, target, replicas: wanted),
          Text("\(current) becomes \(wanted): \(reason)", ko: "\(current) → \(wanted): \(reason)")))
      condition(
        "AbleToScale", true, "SucceededRescale",
        "the HPA controller was able to update the target scale to \(wanted)")
      notes.append(
        EventNote(
          scaler, "SuccessfulRescale", "New size: \(wanted); reason: \(reason)",
          from: "horizontal-pod-autoscaler"))
      let change = AutoscalerMemory.Entry(time: view.now, replicas: abs(wanted - current))
      if wanted > current {
        memory.additions.append(change)
      } else {
        memory.removals.append(change)
      }
      memory.replicas = wanted
      scaler.set("status", "lastScaleTime", to: .string(view.timestamp))
      keep(current, wanted, metrics)
    }

    private mutating func keep(_ current: Int, _ desired: Int, _ metrics: [JSONValue]) {
      scaler.set("status", "currentReplicas", to: .integer(Int64(current)))
      scaler.set("status", "desiredReplicas", to: .integer(Int64(desired)))
      scaler.set("status", "currentMetrics", to: metrics.isEmpty ? .null : .array(metrics))
    }

    private mutating func condition(
      _ type: String, _ status: Bool, _ reason: String, _ message: String
    ) {
      Conditions.set(
        &scaler, type, status: status, reason: reason, message: message, now: view.timestamp)
    }

    private mutating func warn(_ reason: String, _ message: String) {
      notes.append(
        EventNote(
          scaler, reason, message, from: "horizontal-pod-autoscaler", isWarning: true))
    }
  }
}
