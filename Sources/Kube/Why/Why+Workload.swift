import Documents
import Support

extension Why {
  private static let kinds = [
    "apps/deployments": "deployment", "apps/replicasets": "replicaset",
    "apps/statefulsets": "statefulset", "apps/daemonsets": "daemonset",
  ]

  /// Why a workload has fewer ready pods than it wants.
  func workload(_ bucket: String, _ object: JSONValue) -> Cause? {
    guard let kind = Self.kinds[bucket] else { return nil }
    let isDaemon = bucket == "apps/daemonsets"
    let wanted =
      isDaemon
      ? object.number("status", "desiredNumberScheduled") ?? 0
      : object.number("spec", "replicas") ?? 1
    let ready =
      (isDaemon ? object.number("status", "numberReady") : object.number("status", "readyReplicas"))
      ?? 0
    let updated =
      bucket == "apps/deployments" ? object.number("status", "updatedReplicas") ?? 0 : wanted
    guard ready < wanted || updated < wanted else { return nil }
    var causes: [Cause] = []
    if object.flag("spec", "paused"), updated < wanted {
      causes.append(
        Cause(
          Text("its rollout is paused", ko: "롤아웃이 일시 정지되어 있습니다"),
          remedy: Text(
            "kubectl rollout resume deployment/\(object.name)",
            ko: "kubectl rollout resume deployment/\(object.name)")))
    }
    if let failed = event(object, "FailedCreate"),
      (object.number("status", "replicas") ?? 0) < wanted
    {
      causes.append(Cause(Text(failed.text("message"), ko: failed.text("message"))))
    }
    if bucket == "apps/deployments" {
      causes += view.owned(by: object, "apps/replicasets").reversed().compactMap {
        workload("apps/replicasets", $0)
      }
    } else {
      causes += together(view.owned(by: object, "pods").compactMap(pod))
    }
    if causes.isEmpty {
      causes = [
        Cause(
          Text(
            "no controller has acted on it yet", ko: "아직 컨트롤러가 처리하지 않았습니다"))
      ]
    }
    return Cause(
      Text(
        "\(kind)/\(object.name): \(ready) of \(wanted) pods are ready",
        ko: "\(kind)/\(object.name): 파드 \(wanted)개 가운데 \(ready)개가 준비되었습니다"), causes)
  }

  /// Pods that are not ready for the same reason are told of once.
  private func together(_ causes: [Cause]) -> [Cause] {
    var result: [(cause: Cause, count: Int)] = []
    for cause in causes {
      if let index = result.firstIndex(where: { $0.cause.causes == cause.causes }) {
        result[index].count += 1
      } else {
        result.append((cause, 1))
      }
    }
    return result.map { entry in
      var cause = entry.cause
      if entry.count > 1 {
        let more = entry.count - 1
        cause.text.en += " (and \(more) more)"
        cause.text.ko += " (외 \(more)개)"
      }
      return cause
    }
  }

  /// Why a job is not complete.
  func job(_ job: JSONValue) -> Cause? {
    guard !job.isCondition("Complete") else { return nil }
    let pods = together(view.owned(by: job, "pods").compactMap(pod))
    if let failed = job.condition("Failed"), failed.text("status") == "True" {
      let said = "\(failed.text("reason")): \(failed.text("message"))"
      return Cause(
        Text("job/\(job.name) has failed", ko: "job/\(job.name)이(가) 실패했습니다"),
        [Cause(Text(said, ko: said))] + pods)
    }
    if job.flag("spec", "suspend") {
      return Cause(Text("job/\(job.name) is suspended", ko: "job/\(job.name)이(가) 중단되어 있습니다"))
    }
    guard !pods.isEmpty else { return nil }
    return Cause(
      Text("job/\(job.name) is not complete", ko: "job/\(job.name)이(가) 끝나지 않았습니다"), pods)
  }
}
