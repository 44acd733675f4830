// Autoscalers of pods. There are no metrics in this cluster, as in every cluster without a metrics server,
// and an autoscaler says so in the same words: its condition `ScalingActive` is false. It still keeps its
// target between the least and the most pods it was given.

import Documents
import Support

/// Keeps the targets of autoscalers within their bounds, and says that there is nothing to measure by.
package struct HorizontalController: Controller {
  package let name = "horizontal-pod-autoscaler"
  package let watches = [Self.bucket, "apps/deployments", "apps/replicasets", "apps/statefulsets"]
  private static let bucket = "autoscaling/horizontalpodautoscalers"
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
    guard let scaler = view.object(key), !scaler.isBeingDeleted else { return plan }
    let reference = scaler.at("spec", "scaleTargetRef") ?? [:]
    let bucket = Self.targets[reference.text("kind")] ?? ""
    var new = scaler
    new.set("status", "observedGeneration", to: scaler.at("metadata", "generation"))
    guard let target = view.object(bucket, scaler.namespace, reference.text("name")) else {
      let message =
        "the HPA controller was unable to get the target's current scale: "
        + "\(bucket.split(separator: "/").last ?? "").\(reference.text("apiVersion").split(separator: "/").first ?? "") "
        + "\"\(reference.text("name"))\" not found"
      condition(&new, "AbleToScale", false, "FailedGetScale", message, view)
      finish(new, scaler, view, &plan, problem: ("FailedGetScale", message))
      return plan
    }
    condition(
      &new, "AbleToScale", true, "SucceededGetScale",
      "the HPA controller was able to get the target's current scale", view)
    let now = target.number("spec", "replicas") ?? 1
    let least = scaler.number("spec", "minReplicas") ?? 1
    let wanted = min(max(now, least), scaler.number("spec", "maxReplicas") ?? now)
    new.set("status", "currentReplicas", to: .integer(Int64(now)))
    new.set("status", "desiredReplicas", to: .integer(Int64(wanted)))
    if now == 0 {
      condition(
        &new, "ScalingActive", false, "ScalingDisabled",
        "scaling is disabled since the replica count of the target is zero", view)
      finish(new, scaler, view, &plan, problem: nil)
      return plan
    }
    if now != wanted {
      rescale(scaler, target, bucket, now, wanted, &plan)
      new.set("status", "lastScaleTime", to: .string(view.timestamp))
    }
    let metric = scaler.list("spec", "metrics").first?.text("resource", "name") ?? "cpu"
    let problem =
      "failed to get \(metric) utilization: unable to get metrics for resource \(metric): unable to "
      + "fetch metrics from resource metrics API: the server could not find the requested resource "
      + "(get pods.metrics.k8s.io)"
    condition(
      &new, "ScalingActive", false, "FailedGetResourceMetric",
      "the HPA was unable to compute the replica count: " + problem, view)
    finish(new, scaler, view, &plan, problem: ("FailedGetResourceMetric", problem))
    return plan
  }

  private func condition(
    _ scaler: inout JSONValue, _ type: String, _ status: Bool, _ reason: String, _ message: String,
    _ view: ClusterView
  ) {
    Conditions.set(
      &scaler, type, status: status, reason: reason, message: message, now: view.timestamp)
  }

  private func rescale(
    _ scaler: JSONValue, _ target: JSONValue, _ bucket: String, _ now: Int, _ wanted: Int,
    _ plan: inout Plan
  ) {
    var new = target
    new.set("spec", "replicas", to: .integer(Int64(wanted)))
    let bound =
      wanted > now
      ? "Current number of replicas below Spec.MinReplicas"
      : "Current number of replicas above Spec.MaxReplicas"
    plan.add(
      .update(bucket: bucket, new),
      Text("\(now) is not within its bounds", ko: "\(now)개는 정해진 범위 밖입니다"))
    plan.add(
      .record(
        EventNote(
          scaler, "SuccessfulRescale", "New size: \(wanted); reason: \(bound)", from: name)),
      Text("tell about it", ko: "알립니다"))
  }

  private func finish(
    _ new: JSONValue, _ old: JSONValue, _ view: ClusterView, _ plan: inout Plan,
    problem: (reason: String, message: String)?
  ) {
    guard new != old else { return }
    plan.add(
      .updateStatus(bucket: Self.bucket, new),
      Text("there are no metrics in this cluster", ko: "이 클러스터에는 메트릭이 없습니다"))
    guard let problem else { return }
    plan.add(
      .record(
        EventNote(old, problem.reason, problem.message, from: name, isWarning: true)),
      Text("tell about it", ko: "알립니다"))
  }
}
