import Documents
import Support

extension DeploymentState {
  private func sum(_ key: String, _ sets: [JSONValue]) -> Int {
    sets.reduce(0) { $0 + ($1.number("status", key) ?? 0) }
  }

  /// All pods are new, available, and as many as asked for.
  var isComplete: Bool {
    guard let new, replicas(of: new) == wished else { return false }
    return (new.number("status", "replicas") ?? 0) == wished
      && (new.number("status", "availableReplicas") ?? 0) == wished
      && sum("replicas", old) == 0 && old.allSatisfy { replicas(of: $0) == 0 }
  }

  /// Old ReplicaSets beyond the history that is kept go.
  mutating func cleanUp(_ plan: inout Plan) {
    guard let limit = deployment.number("spec", "revisionHistoryLimit") else { return }
    let idle = old.filter {
      replicas(of: $0) == 0 && ($0.number("status", "replicas") ?? 0) == 0 && !$0.isBeingDeleted
    }.sorted { revision($0) < revision($1) }
    for set in idle.prefix(max(0, idle.count - limit)) {
      plan.add(
        .delete(bucket: DeploymentController.sets, set, owner: nil),
        Text(
          "only \(limit) old replica sets are kept (revisionHistoryLimit)",
          ko: "오래된 레플리카셋은 \(limit)개만 남깁니다 (revisionHistoryLimit)"))
    }
  }

  private func revision(_ set: JSONValue) -> Int {
    Int(set.annotations[DeploymentController.revision] ?? "") ?? 0
  }

  /// Counts the pods of all sets and says how the roll-out fares.
  mutating func reportStatus(_ view: ClusterView, _ plan: inout Plan) {
    var object = deployment
    let sets = allSets
    let total = sum("replicas", sets)
    let available = sum("availableReplicas", sets)
    func count(_ key: String, _ number: Int) {
      object.set("status", key, to: number == 0 ? nil : .integer(Int64(number)))
    }
    count("replicas", total)
    count("updatedReplicas", new.map { $0.number("status", "replicas") ?? 0 } ?? 0)
    count("readyReplicas", sum("readyReplicas", sets))
    count("availableReplicas", available)
    count("unavailableReplicas", max(0, max(total, wished) - available))
    object.set("status", "observedGeneration", to: deployment.at("metadata", "generation"))
    let isAvailable = available >= wished - maxUnavailable
    Conditions.set(
      &object, "Available", status: isAvailable,
      reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: isAvailable
        ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
      now: now, extra: updateTime("Available", isAvailable ? "True" : "False"))
    reportProgress(&object, view, &plan)
    if let failure = sets.lazy.compactMap({ $0.condition("ReplicaFailure") }).first {
      Conditions.set(
        &object, "ReplicaFailure", status: true, reason: failure.text("reason"),
        message: failure.text("message"), now: now,
        extra: updateTime("ReplicaFailure", "True"))
    } else {
      Conditions.remove(&object, "ReplicaFailure")
    }
    guard object.at("status") != deployment.at("status") else { return }
    plan.add(
      .updateStatus(bucket: DeploymentController.bucket, object),
      Text(
        "\(available) of \(wished) pods available", ko: "파드 \(wished)개 중 \(available)개를 사용할 수 있습니다")
    )
  }

  private func updateTime(_ type: String, _ status: String) -> [(String, JSONValue)] {
    let old = deployment.condition(type)
    let isSame = old?.text("status") == status
    return [("lastUpdateTime", isSame ? old?["lastUpdateTime"] ?? .string(now) : .string(now))]
  }

  private func reportProgress(
    _ object: inout JSONValue, _ view: ClusterView, _ plan: inout Plan
  ) {
    guard let deadline = deployment.number("spec", "progressDeadlineSeconds"), let new,
      !deployment.flag("spec", "paused")
    else { return }
    let before = deployment.condition("Progressing")
    let counts = ["updatedReplicas", "readyReplicas", "availableReplicas"]
    let grew =
      counts.contains {
        (object.number("status", $0) ?? 0) > (deployment.number("status", $0) ?? 0)
      }
      || (object.number("status", "replicas") ?? 0)
        - (object.number("status", "updatedReplicas") ?? 0)
        < (deployment.number("status", "replicas") ?? 0)
        - (deployment.number("status", "updatedReplicas") ?? 0)
    var (status, reason, message): (Bool, String, String)
    var isNews = grew
    if isComplete {
      (status, reason) = (true, "NewReplicaSetAvailable")
      message = "ReplicaSet \"\(new.name)\" has successfully progressed."
      isNews = before?.text("reason") != reason
    } else if before == nil || before?.text("message").contains("\"\(new.name)\"") == false {
      (status, reason) = (true, new.uid.isEmpty ? "NewReplicaSetCreated" : "FoundNewReplicaSet")
      message =
        reason == "NewReplicaSetCreated"
        ? "Created new replica set \"\(new.name)\"" : "Found new replica set \"\(new.name)\""
      isNews = true
    } else {
      (status, reason) = (true, "ReplicaSetUpdated")
      message = "ReplicaSet \"\(new.name)\" is progressing."
      let since = before?.text("lastUpdateTime") ?? now
      let waited = view.seconds(since: since) ?? 0
      // What has once been complete does not begin to wait again.
      let wasComplete = before?.text("reason") == "NewReplicaSetAvailable"
      if !grew, wasComplete { return }
      if !grew, waited >= deadline {
        (status, reason) = (false, "ProgressDeadlineExceeded")
        message = "ReplicaSet \"\(new.name)\" has timed out progressing."
      } else if !grew {
        plan.lookAgain(after: deadline - waited + 1)
        return
      }
    }
    if !isNews, before?.text("reason") == reason { return }
    Conditions.set(
      &object, "Progressing", status: status, reason: reason, message: message, now: now,
      extra: [("lastUpdateTime", isNews ? .string(now) : before?["lastUpdateTime"] ?? .string(now))]
    )
    if !isComplete { plan.lookAgain(after: deadline + 1) }
  }
}
