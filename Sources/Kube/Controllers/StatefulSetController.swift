import Documents
import Support

/// Keeps pods that have names and volumes of their own: made in order, updated in reverse, one at a
/// time unless told otherwise.
package struct StatefulSetController: Controller {
  package let name = "statefulset-controller"
  package let watches = ["apps/statefulsets", "pods", Revisions.bucket, "persistentvolumeclaims"]
  package let width = 5
  private static let bucket = "apps/statefulsets"
  private static let indexLabel = "apps.kubernetes.io/pod-index"
  private static let nameLabel = "statefulset.kubernetes.io/pod-name"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    if event.object.key.bucket == Self.bucket { return [event.object.key] }
    return ownerKey(event.object.value, kind: "StatefulSet", bucket: Self.bucket)
  }

  /// The number at the end of a pod's name, when the rest is the set's.
  static func ordinal(_ pod: JSONValue, of set: JSONValue) -> Int? {
    let prefix = set.name + "-"
    return pod.name.hasPrefix(prefix) ? Int(pod.name.dropFirst(prefix.count)) : nil
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let set = view.object(key), !set.isBeingDeleted,
      let selector = LabelSelector(object: set.at("spec", "selector"))
    else { return plan }
    let revisions = Revisions(of: set, view, &plan)
    let claim = Pods.claim(for: set, selector: selector, view)
    let orphans = claim.orphans.filter { Self.ordinal($0, of: set) != nil }
    Pods.settleOwnership(of: set, orphans: orphans, strangers: claim.strangers, &plan)
    let pods = claim.mine + orphans
    let update = revisions.current.name
    let known = set.text("status", "currentRevision")
    // The revision from which the present roll-out comes.
    let currentName = known.isEmpty ? revisions.current.name : known
    let current = revisions.all.first { $0.name == currentName } ?? revisions.current
    let state = StatefulState(set, pods, view)
    manage(state, set, update: revisions.current, current: current, &plan)
    reportStatus(set, state, update, current.name, revisions.current, current, &plan)
    revisions.cleanUp(
      keeping: set.number("spec", "revisionHistoryLimit") ?? 10,
      used: Set(pods.compactMap { $0.labels[Revisions.hashLabel] })
        .union([current.name]), &plan)
    return plan
  }

  private func manage(
    _ state: StatefulState, _ set: JSONValue, update: JSONValue, current: JSONValue,
    _ plan: inout Plan
  ) {
    let isOrdered = set.text("spec", "podManagementPolicy") != "Parallel"
    for index in state.wanted {
      guard let pod = state.byIndex[index] else {
        addClaims(set, index, state.view, &plan)
        let revision = index < state.partition ? current : update
        plan.add(
          .create(bucket: "pods", pod(set, index, revision), owner: set),
          Text("pod \(set.name)-\(index) is missing", ko: "파드 \(set.name)-\(index)이(가) 없습니다"))
        if isOrdered { return }
        continue
      }
      let phase = pod.text("status", "phase")
      if phase == "Failed" || phase == "Succeeded" {
        if !pod.isBeingDeleted {
          plan.add(
            .record(
              EventNote(
                set, phase == "Failed" ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
                "StatefulSet \(set.namespace)/\(set.name) is recreating "
                  + "\(phase == "Failed" ? "failed" : "terminated") Pod \(pod.name)",
                from: "statefulset-controller", isWarning: phase == "Failed")),
            Text("the set tells of it", ko: "세트가 알립니다"))
          plan.add(
            .delete(bucket: "pods", pod, owner: set),
            Text(
              "pod \(pod.name) has ended and is made anew", ko: "파드 \(pod.name)이(가) 끝나서 다시 만듭니다"))
        }
        if isOrdered { return }
        continue
      }
      // In order: nobody begins before its predecessor is ready.
      if isOrdered, !state.isAvailable(pod) || pod.isBeingDeleted {
        if !pod.isBeingDeleted, Pods.isReady(pod) { plan.lookAgain(after: 1) }
        return
      }
    }
    let firstUnhealthy = state.firstUnhealthy
    for pod in state.surplus {
      if pod.isBeingDeleted {
        if isOrdered { return }
        continue
      }
      // In order: nobody goes while one before it is not healthy.
      if isOrdered, !Pods.isReady(pod), pod.name != firstUnhealthy?.name { return }
      plan.add(
        .delete(bucket: "pods", pod, owner: set),
        Text(
          "\(set.name) wants \(state.wanted.count) pods",
          ko: "\(set.name)에는 파드 \(state.wanted.count)개만 필요합니다"))
      if isOrdered { return }
    }
    rollOut(state, set, update.name, &plan)
  }

  /// From the last to the first, each only when those before it are available.
  private func rollOut(
    _ state: StatefulState, _ set: JSONValue, _ update: String, _ plan: inout Plan
  ) {
    guard set.text("spec", "updateStrategy", "type") != "OnDelete" else { return }
    let most =
      IntOrPercent(set.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"))?
      .resolved(of: state.wanted.count, roundUp: true) ?? 1
    var unavailable = 0
    for index in state.wanted.reversed() {
      guard let pod = state.byIndex[index] else { continue }
      if pod.labels[Revisions.hashLabel] != update, !pod.isBeingDeleted, index >= state.partition {
        plan.add(
          .delete(bucket: "pods", pod, owner: set),
          Text(
            "pod \(pod.name) is of an old template", ko: "파드 \(pod.name)은(는) 예전 템플릿의 것입니다"))
        unavailable += 1
      } else if !state.isAvailable(pod) || pod.isBeingDeleted {
        unavailable += 1
      }
      if unavailable >= max(most, 1) { return }
    }
  }

  private func pod(_ set: JSONValue, _ index: Int, _ revision: JSONValue) -> JSONValue {
    let name = "\(set.name)-\(index)"
    var template = revision.at("data", "spec", "template") ?? set.at("spec", "template") ?? [:]
    template["$patch"] = nil
    var pod = Pods.make(
      from: template, owner: set, name: name,
      labels: [
        Revisions.hashLabel: revision.name, Self.nameLabel: name,
        Self.indexLabel: String(index),
      ])
    pod.set("spec", "hostname", to: .string(name))
    pod.set("spec", "subdomain", to: set.at("spec", "serviceName"))
    var volumes = pod.list("spec", "volumes")
    for claim in set.list("spec", "volumeClaimTemplates") {
      volumes.removeAll { $0.text("name") == claim.name }
      volumes.append([
        "name": .string(claim.name),
        "persistentVolumeClaim": ["claimName": .string("\(claim.name)-\(name)")],
      ])
    }
    if !volumes.isEmpty { pod.set("spec", "volumes", to: .array(volumes)) }
    return pod
  }

  private func addClaims(
    _ set: JSONValue, _ index: Int, _ view: ClusterView, _ plan: inout Plan
  ) {
    for template in set.list("spec", "volumeClaimTemplates") {
      let name = "\(template.name)-\(set.name)-\(index)"
      guard view.object("persistentvolumeclaims", set.namespace, name) == nil else { continue }
      var claim = template
      claim["apiVersion"] = "v1"
      claim["kind"] = "PersistentVolumeClaim"
      claim["status"] = nil
      claim.set("metadata", "name", to: .string(name))
      claim.set("metadata", "namespace", to: .string(set.namespace))
      claim.set("metadata", "creationTimestamp", to: nil)
      claim.set(
        "metadata", "labels",
        to: JSONValue(
          map: template.labels.merging(set.map("spec", "selector", "matchLabels")) { $1 }))
      plan.add(
        .create(bucket: "persistentvolumeclaims", claim, owner: set),
        Text("pod \(set.name)-\(index) needs it", ko: "파드 \(set.name)-\(index)에 필요합니다"))
    }
  }

  private func reportStatus(
    _ set: JSONValue, _ state: StatefulState, _ update: String, _ current: String,
    _ updateRevision: JSONValue, _ currentRevision: JSONValue, _ plan: inout Plan
  ) {
    let pods = state.pods.filter { !$0.isBeingDeleted }
    let updated = pods.count { $0.labels[Revisions.hashLabel] == update }
    let ready = pods.count(where: Pods.isReady)
    var new = set
    new.set("status", "replicas", to: .integer(Int64(pods.count)))
    func count(_ key: String, _ number: Int) {
      new.set("status", key, to: number == 0 ? nil : .integer(Int64(number)))
    }
    count("readyReplicas", ready)
    new.set(
      "status", "availableReplicas", to: .integer(Int64(pods.count(where: state.isAvailable))))
    count("updatedReplicas", updated)
    count("currentReplicas", pods.count { $0.labels[Revisions.hashLabel] == current })
    new.set("status", "observedGeneration", to: set.at("metadata", "generation"))
    new.set("status", "updateRevision", to: .string(updateRevision.name))
    // When everything is new, new is what is current.
    let isDone = updated == state.wanted.count && ready == updated && pods.count == updated
    if isDone { count("currentReplicas", updated) }
    new.set(
      "status", "currentRevision",
      to: .string(isDone ? updateRevision.name : currentRevision.name))
    new.setDefault("status", "collisionCount", to: 0)
    if new != set {
      plan.add(
        .updateStatus(bucket: Self.bucket, new),
        Text(
          "\(ready) of \(state.wanted.count) pods ready",
          ko: "파드 \(state.wanted.count)개 중 \(ready)개가 준비되었습니다"))
    }
  }
}

/// The pods of a StatefulSet by their numbers.
struct StatefulState {
  let pods: [JSONValue]
  let view: ClusterView
  let byIndex: [Int: JSONValue]
  /// The numbers that there should be.
  let wanted: Range<Int>
  /// Pods below this number keep the old template.
  let partition: Int
  private let minReady: Int

  init(_ set: JSONValue, _ pods: [JSONValue], _ view: ClusterView) {
    self.view = view
    let start = set.number("spec", "ordinals", "start") ?? 0
    wanted = start..<(start + (set.number("spec", "replicas") ?? 1))
    partition = set.number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0
    minReady = set.number("spec", "minReadySeconds") ?? 0
    var byIndex: [Int: JSONValue] = [:]
    for pod in pods { StatefulSetController.ordinal(pod, of: set).map { byIndex[$0] = pod } }
    self.byIndex = byIndex
    self.pods = pods
  }

  /// Pods that are too many, the last first.
  var surplus: [JSONValue] {
    byIndex.filter { !wanted.contains($0.key) }.sorted { $0.key > $1.key }.map(\.value)
  }

  /// The one with the lowest number that is not ready or on its way out.
  var firstUnhealthy: JSONValue? {
    byIndex.sorted { $0.key < $1.key }.map(\.value).first {
      !Pods.isReady($0) || $0.isBeingDeleted
    }
  }

  func isAvailable(_ pod: JSONValue) -> Bool {
    Pods.isAvailable(pod, minReadySeconds: minReady, view)
  }
}
