import Documents
import Support

/// Finds pods without a node and carries out what the scheduler decides about them.
package struct SchedulerController: Controller {
  package let name = "default-scheduler"
  package let watches = ["pods", "nodes", "persistentvolumeclaims"]
  private let scheduler = Scheduler()

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    if event.object.key.bucket == "pods", Self.waits(event.object.value) {
      return event.kind == .deleted ? [] : [event.object.key]
    }
    if event.object.key.bucket == "pods", event.kind != .deleted,
      Pods.isActive(event.object.value)
    {
      return []
    }
    // Room may have come up: everybody who waits may try again.
    return view.objects("pods").filter(Self.waits).sorted {
      let (left, right) = ($0.number("spec", "priority") ?? 0, $1.number("spec", "priority") ?? 0)
      return left == right ? $0.name < $1.name : left > right
    }.map { ObjectKey("pods", $0.namespace, $0.name) }
  }

  private static func waits(_ pod: JSONValue) -> Bool {
    pod.text("spec", "nodeName").isEmpty && !pod.isBeingDeleted
      && pod.text("spec", "schedulerName") == "default-scheduler"
      && pod.text("status", "phase") == "Pending"
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let pod = view.object(key), Self.waits(pod) else { return plan }
    if !pod.list("spec", "schedulingGates").isEmpty {
      var new = pod
      Conditions.set(
        &new, "PodScheduled", status: false, reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates", now: view.timestamp)
      if new != pod {
        plan.add(
          .updateStatus(bucket: "pods", new),
          Text("its scheduling gates are closed", ko: "스케줄링 게이트가 닫혀 있습니다"))
      }
      return plan
    }
    switch scheduler.decide(pod, view) {
    case .bind(let node, let scores): bind(pod, node, scores, view, &plan)
    case .preempt(let node, let victims, let message):
      preempt(pod, node, victims, message, view, &plan)
    case .unschedulable(let message): refuse(pod, message, view, &plan)
    }
    return plan
  }

  private func bind(
    _ pod: JSONValue, _ node: String, _ scores: [(node: String, score: Int)], _ view: ClusterView,
    _ plan: inout Plan
  ) {
    let list = scores.prefix(5).map { "\($0.node) \($0.score)" }.joined(separator: ", ")
    plan.add(
      .bind(pod: pod, node: node),
      Text("the best of the nodes it fits on: \(list)", ko: "맞는 노드 가운데 가장 좋은 노드: \(list)"))
    plan.add(
      .record(
        EventNote(
          pod, "Scheduled", "Successfully assigned \(pod.qualifiedName) to \(node)", from: name)),
      Text("tell about it", ko: "알립니다"))
  }

  private func preempt(
    _ pod: JSONValue, _ node: String, _ victims: [JSONValue], _ message: String,
    _ view: ClusterView, _ plan: inout Plan
  ) {
    for victim in victims where !victim.isBeingDeleted {
      plan.add(
        .record(
          EventNote(
            victim, "Preempted", "Preempted by pod \(pod.uid) on node \(node)", from: name)),
        Text("tell about it", ko: "알립니다"))
      plan.add(
        .updateStatus(
          bucket: "pods",
          Pods.disrupted(
            victim, "PreemptionByScheduler",
            "\(name): preempting to accommodate a higher priority pod", now: view.timestamp)),
        Text("tell why it goes", ko: "삭제되는 까닭을 남깁니다"))
      plan.add(
        .delete(bucket: "pods", victim, owner: nil),
        Text(
          "pod \(pod.name) is more important and finds no room",
          ko: "더 중요한 파드 \(pod.name)이(가) 들어갈 자리가 없습니다"))
    }
    refuse(pod, message, view, nominated: node, &plan)
  }

  private func refuse(
    _ pod: JSONValue, _ message: String, _ view: ClusterView, nominated: String? = nil,
    _ plan: inout Plan
  ) {
    var new = pod
    Conditions.set(
      &new, "PodScheduled", status: false, reason: "Unschedulable", message: message,
      now: view.timestamp)
    if let nominated { new.set("status", "nominatedNodeName", to: .string(nominated)) }
    guard new != pod else { return }
    plan.add(
      .updateStatus(bucket: "pods", new), Text("no node fits", ko: "맞는 노드가 없습니다"))
    var note = EventNote(pod, "FailedScheduling", message, from: name)
    note.isWarning = true
    plan.add(.record(note), Text("tell about it", ko: "알립니다"))
  }
}
