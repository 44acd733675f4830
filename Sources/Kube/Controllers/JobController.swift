import Documents
import Support

/// Runs pods until enough of them have succeeded, or too many have failed.
package struct JobController: Controller {
  package let name = "job-controller"
  package let watches = ["batch/jobs", "pods"]
  package let width = 5
  static let bucket = "batch/jobs"
  static let finalizer = "batch.kubernetes.io/job-tracking"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    if event.object.key.bucket == Self.bucket { return [event.object.key] }
    let pod = event.object.value
    let owners = [pod, event.previous?.value ?? .null].flatMap {
      ownerKey($0, kind: "Job", bucket: Self.bucket)
    }
    if !owners.isEmpty || pod.controllerReference != nil { return owners }
    // A pod that has lost its manager may be a job's.
    return view.objects(Self.bucket, pod.namespace).filter {
      LabelSelector(object: $0.at("spec", "selector"))?.matches(pod.labels) ?? false
    }.map { ObjectKey(Self.bucket, $0.namespace, $0.name) }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let job = view.object(key) else { return plan }
    if JobState.isFinished(job) {
      // Who manages it has no say in how long it stays.
      expire(job, view, &plan)
      return plan
    }
    if job.isBeingDeleted || Self.isElsewhere(job) { return plan }
    var pods = view.owned(by: job, "pods")
    if let selector = LabelSelector(object: job.at("spec", "selector")) {
      let claim = Pods.claim(for: job, selector: selector, view)
      Pods.settleOwnership(of: job, orphans: claim.orphans, strangers: claim.strangers, &plan)
      pods = claim.mine + claim.orphans
    }
    var state = JobState(job, pods, view)
    state.judge(&plan)
    if !state.isOver { state.manage(&plan) }
    state.reportStatus(&plan)
    return plan
  }

  /// Whether somebody else looks after a job (`managedBy`).
  private static func isElsewhere(_ job: JSONValue) -> Bool {
    let manager = job.text("spec", "managedBy")
    return !manager.isEmpty && manager != "kubernetes.io/job-controller"
  }

  /// A finished job goes after its time to live.
  private func expire(_ job: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    guard let ttl = job.number("spec", "ttlSecondsAfterFinished"), !job.isBeingDeleted,
      let end = job.list("status", "conditions").first(where: {
        ["Complete", "Failed"].contains($0.text("type")) && $0.text("status") == "True"
      }), let waited = view.seconds(since: end.text("lastTransitionTime"))
    else { return }
    guard waited >= ttl else {
      plan.lookAgain(after: ttl - waited)
      return
    }
    plan.add(
      .delete(bucket: Self.bucket, job, owner: nil),
      Text(
        "it ended \(waited) seconds ago and lives for \(ttl) (ttlSecondsAfterFinished)",
        ko: "끝난 지 \(waited)초가 지났고 \(ttl)초 동안만 남습니다 (ttlSecondsAfterFinished)"))
  }
}
