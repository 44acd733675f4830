// Why something in a cluster is not ready: from the object that was asked about down to the container
// that does not run, as `kubectl describe` would be followed by hand. Pure: everything is in the facts.

import Documents
import Kube
import Support

/// The chain from an object to what holds it up.
enum Unready {
  static func causes(_ object: JSONValue, _ facts: ClusterFacts) -> [Cause] {
    if object.isBeingDeleted { return [MissingObject.terminating(object.name)] }
    switch object.kind {
    case "pod": return pod(object, facts)
    case "job": return job(object, facts)
    case "deployment", "replicaset", "statefulset", "daemonset": return workload(object, facts)
    case "node":
      return [
        Cause(
          "kube.node-not-ready", "node `\(object.name)` is not ready: does its kubelet run?",
          ko: "`\(object.name)` 노드가 준비되지 않았습니다. kubelet이 실행 중입니까?")
      ]
    default: return []
    }
  }

  private static func workload(_ object: JSONValue, _ facts: ClusterFacts) -> [Cause] {
    if object.number("spec", "replicas") == 0 {
      return [
        Cause(
          "kube.scaled-down", "`\(object.name)` asks for 0 replicas",
          ko: "`\(object.name)`이(가) 복제본 0개를 요청합니다")
      ]
    }
    if object.flag("spec", "paused") {
      return [
        Cause(
          "kube.paused", "the rollout of `\(object.name)` is paused",
          ko: "`\(object.name)`의 롤아웃이 일시 중지되어 있습니다")
      ]
    }
    let pods = facts.pods(object.namespace, fitting: object.map("spec", "selector", "matchLabels"))
    if let (waiting, chain) = worst(pods, facts) {
      return [
        Cause(
          "kube.waits-for-pod", "`\(object.name)` waits for its pod `\(waiting.name)`",
          ko: "`\(object.name)`은(는) 파드 `\(waiting.name)`을(를) 기다립니다")
      ] + chain
    }
    if let refused = refusal(object, facts) { return [refused] }
    guard pods.isEmpty else { return [] }
    return [
      Cause(
        "kube.no-pods",
        "there is no pod of `\(object.name)`: who should make them is the controller manager",
        ko: "`\(object.name)`의 파드가 없습니다. 파드를 만드는 것은 컨트롤러 매니저입니다")
    ]
  }

  /// The pod that tells most: one that is in trouble before one that nobody has looked at yet.
  private static func worst(
    _ pods: [JSONValue], _ facts: ClusterFacts
  ) -> (JSONValue, [Cause])? {
    let told = pods.filter { !$0.isCondition("Ready") && !$0.isBeingDeleted }
      .map { ($0, pod($0, facts)) }.filter { !$0.1.isEmpty }
    return told.first { $0.1[0].id != "kube.not-scheduled" } ?? told.first
  }

  /// Pods that the API server did not let in: a quota, most of the time.
  private static func refusal(_ object: JSONValue, _ facts: ClusterFacts) -> Cause? {
    let sets = facts.list(ClusterKind.named("replicaset") ?? ClusterKind.all[0], object.namespace)
      .filter { $0.controllerReference?.text("uid") == object.uid }
    for owner in [object] + sets {
      if let condition = owner.condition("ReplicaFailure"), condition.text("status") == "True" {
        return notLetIn(condition.text("message"))
      }
      let events = facts.events(owner).filter { $0.text("reason") == "FailedCreate" }
      if let event = events.last { return notLetIn(event.text("message")) }
    }
    return nil
  }

  private static func notLetIn(_ message: String) -> Cause {
    let text = message.oneLine
    return message.contains("exceeded quota")
      ? Cause(
        "kube.quota", "the namespace's quota does not let its pods in: \(text)",
        ko: "네임스페이스의 할당량이 파드를 허용하지 않습니다: \(text)")
      : Cause(
        "kube.create-refused", "its pods cannot be made: \(text)", ko: "파드를 만들 수 없습니다: \(text)")
  }

  private static func job(_ object: JSONValue, _ facts: ClusterFacts) -> [Cause] {
    if let failed = object.condition("Failed"), failed.text("status") == "True" {
      let reason = failed.text("message").oneLine
      return [
        Cause("kube.job-failed", "the job has given up: \(reason)", ko: "잡이 포기했습니다: \(reason)")
      ]
    }
    if object.flag("spec", "suspend") {
      return [Cause("kube.paused", "the job is suspended", ko: "잡이 일시 중지되어 있습니다")]
    }
    let pods = facts.pods(object.namespace).filter {
      $0.controllerReference?.text("uid") == object.uid
    }
    return pods.lazy.map { pod($0, facts) }.first { !$0.isEmpty } ?? []
  }

  private static func pod(_ pod: JSONValue, _ facts: ClusterFacts) -> [Cause] {
    if pod.text("spec", "nodeName").isEmpty { return [unscheduled(pod)] }
    let statuses =
      pod.list("status", "initContainerStatuses") + pod.list("status", "containerStatuses")
    for status in statuses {
      if let cause = container(status, pod, facts) { return [cause] }
    }
    let events = facts.events(pod)
    if pod.text("status", "phase") == "Pending",
      let failed = events.last(where: { ["FailedMount", "Failed"].contains($0.text("reason")) })
    {
      return [missingConfiguration(failed.text("message"))]
    }
    guard pod.text("status", "phase") == "Running" else { return [] }
    if let event = events.last(where: { $0.text("reason") == "Unhealthy" }) {
      let text = event.text("message").oneLine
      return [
        Cause(
          "kube.probe", "`\(pod.name)` runs, and its probe says no: \(text)",
          ko: "`\(pod.name)`은(는) 실행 중이지만 프로브가 실패합니다: \(text)")
      ]
    }
    return []
  }

  private static func unscheduled(_ pod: JSONValue) -> Cause {
    let condition = pod.condition("PodScheduled")
    guard let condition, condition.text("status") == "False" else {
      return Cause(
        "kube.not-scheduled", "nobody has given `\(pod.name)` a node: does the scheduler run?",
        ko: "`\(pod.name)`에 노드를 정해 준 이가 없습니다. 스케줄러가 실행 중입니까?")
    }
    let text = condition.text("message").oneLine
    return Cause(
      "kube.unschedulable", "no node takes `\(pod.name)`: \(text)",
      ko: "`\(pod.name)`을(를) 받는 노드가 없습니다: \(text)")
  }

  private static func missingConfiguration(_ message: String) -> Cause {
    let text = message.oneLine
    return Cause(
      "kube.config-missing", "what it is to be given is not there: \(text)",
      ko: "파드에 주어야 할 것이 없습니다: \(text)")
  }

  private static func container(
    _ status: JSONValue, _ pod: JSONValue, _ facts: ClusterFacts
  ) -> Cause? {
    let name = status.text("name")
    let message = status.text("state", "waiting", "message")
    switch status.text("state", "waiting", "reason") {
    case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
      let image =
        (pod.list("spec", "containers") + pod.list("spec", "initContainers"))
        .first { $0.text("name") == name }?.text("image") ?? status.text("image")
      return Cause(
        "kube.image", "the image `\(image)` of `\(pod.name)` cannot be had",
        ko: "`\(pod.name)`의 이미지 `\(image)`을(를) 가져올 수 없습니다")
    case "CreateContainerConfigError", "CreateContainerError":
      return missingConfiguration(message)
    case "RunContainerError", "StartError": return startFailed(name, message)
    case "CrashLoopBackOff": return crash(name, status.at("lastState", "terminated"))
    default: break
    }
    guard let ended = status.at("state", "terminated"), ended.number("exitCode") != 0 else {
      return nil
    }
    return crash(name, ended)
  }

  private static func startFailed(_ name: String, _ message: String) -> Cause {
    let text = message.oneLine
    return Cause(
      "kube.start-failed", "container `\(name)` cannot be started: \(text)",
      ko: "`\(name)` 컨테이너를 시작할 수 없습니다: \(text)")
  }

  private static func crash(_ name: String, _ ended: JSONValue?) -> Cause {
    if let ended, ended.text("reason") == "StartError" {
      return startFailed(name, ended.text("message"))
    }
    let code = ended?.number("exitCode").map(String.init) ?? "?"
    if ended?.text("reason") == "OOMKilled" {
      return Cause(
        "kube.out-of-memory", "container `\(name)` was killed: it used more memory than its limit",
        ko: "`\(name)` 컨테이너가 메모리 제한을 넘어 종료되었습니다")
    }
    return Cause(
      "kube.crash", "container `\(name)` ends again and again, last with status \(code)",
      ko: "`\(name)` 컨테이너가 계속 끝납니다. 마지막 상태는 \(code)입니다")
  }
}
