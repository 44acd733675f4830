import Documents
import Support

/// `kubectl rollout`.
enum Rollout {
  static let command = Command(
    name: "rollout", usage: "SUBCOMMAND", summary: "Manage the rollout of a resource",
    examples: ["kubectl rollout status deployment/web", "kubectl rollout undo deployment/web"],
    commands: [history, pause, restart, resume, status, undo])

  private static let common =
    CommonFlags.files + [CommonFlags.selector]

  /// The objects that the words choose; at least one.
  fileprivate static func items(_ session: Session) throws -> [ResourceItem] {
    let selection = Selection(session)
    guard selection.hasFiles || !session.invocation.words.isEmpty else {
      throw session.invocation.usageError("required resource not specified")
    }
    var errors: [any Error] = []
    let items = try selection.items(session.invocation.words, &errors)
    try ManyErrors.throwing(errors)
    return items
  }

  /// A strategic patch of what a rollout looks at.
  private static func change(
    _ name: String, _ summary: String, _ done: String,
    _ patch: @escaping @Sendable (ResourceItem) throws -> JSONValue?
  ) -> Command {
    Command(
      name: name, usage: "RESOURCE", summary: summary,
      flags: common + CommonFlags.output + [CommonFlags.fieldManager("kubectl-rollout")]
    ) { invocation in
      let session = try Session(invocation)
      let report = try Report(session)
      for item in try items(session) {
        guard let patch = try patch(item) else { continue }
        let changed = try session.patch(
          item, patch, .strategicMerge, manager: invocation.flags.string("field-manager"))
        try report.print(changed, done)
      }
    }
  }

  private static let pause = change("pause", "Mark the provided resource as paused", "paused") {
    item in
    guard item.kind.kind == "Deployment" else {
      throw KubectlError("\(item.kind.qualifiedPlural) \"\(item.name)\" pausing is not supported")
    }
    if item.object.flag("spec", "paused") {
      throw KubectlError("\(item.kind.qualifiedPlural) \"\(item.name)\" is already paused")
    }
    return ["spec": ["paused": true]]
  }

  private static let resume = change("resume", "Resume a paused resource", "resumed") { item in
    guard item.kind.kind == "Deployment" else {
      throw KubectlError("\(item.kind.qualifiedPlural) \"\(item.name)\" resuming is not supported")
    }
    guard item.object.flag("spec", "paused") else {
      throw KubectlError("\(item.kind.qualifiedPlural) \"\(item.name)\" is not paused")
    }
    return ["spec": ["paused": .null]]
  }

  private static let restart = change("restart", "Restart a resource", "restarted") { item in
    guard ["Deployment", "DaemonSet", "StatefulSet"].contains(item.kind.kind) else {
      throw KubectlError(
        "\(item.kind.qualifiedPlural) \"\(item.name)\" restarting is not supported")
    }
    if item.object.flag("spec", "paused") {
      throw KubectlError(
        "\(item.kind.qualifiedPlural) \"\(item.name)\" can't restart paused deployment (run rollout resume first)"
      )
    }
    let now = RFC3339.text(RFC3339.now() / 1_000_000_000 * 1_000_000_000)
    return [
      "spec": [
        "template": [
          "metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(now)]]
        ]
      ]
    ]
  }

  private static let status = Command(
    name: "status", usage: "(TYPE NAME | TYPE/NAME)", summary: "Show the status of the rollout",
    flags: common + [
      .int("revision", "Only this revision counts"),
      .duration("timeout", "How long to wait; 0 for ever"),
      .bool("watch", "Wait until it is done", short: "w", standard: true),
    ]
  ) { try RolloutStatus(session: try Session($0)).run() }

  private static let history = Command(
    name: "history", usage: "(TYPE NAME | TYPE/NAME)", summary: "View rollout history",
    flags: common + CommonFlags.output + [.int("revision", "Show this revision")]
  ) { invocation in
    let session = try Session(invocation)
    for item in try items(session) {
      let history = try RevisionHistory(item, session)
      Screen.write("\(item.label) ")
      if invocation.flags.int("revision") > 0 {
        Screen.write(try history.detail(invocation.flags.int("revision")))
      } else {
        Screen.write("\n" + history.text)
      }
    }
  }

  private static let undo = Command(
    name: "undo", usage: "(TYPE NAME | TYPE/NAME)", summary: "Undo a previous rollout",
    flags: common + CommonFlags.output + [
      CommonFlags.dryRun, .int("to-revision", "The revision to go back to; 0 for the last one"),
    ]
  ) { invocation in
    let session = try Session(invocation)
    let report = try Report(session)
    for item in try items(session) {
      if item.object.flag("spec", "paused") {
        throw KubectlError(
          "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
      }
      let history = try RevisionHistory(item, session)
      switch try history.undo(to: invocation.flags.int("to-revision")) {
      case .done: try report.print(item, "rolled back")
      case .same(let revision):
        Screen.print(
          "\(item.label) skipped rollback (current template already matches revision \(revision))")
      }
    }
  }
}

/// `kubectl rollout status`.
private struct RolloutStatus {
  let session: Session

  func run() throws {
    for item in try Rollout.items(session) { try follow(item) }
  }

  private func follow(_ item: ResourceItem) throws {
    func look(_ object: JSONValue) throws -> Bool {
      let (text, done) = try state(object)
      Screen.print(text)
      return done || !session.flags.bool("watch")
    }
    var failure: (any Error)?
    let seconds = session.flags.duration("timeout")
    _ = try PodWait(session: session).wait(item, seconds: seconds > 0 ? seconds : 1e9) { object in
      do { return try look(object) } catch {
        failure = error
        return true
      }
    }
    if let failure { throw failure }
  }

  private func state(_ object: JSONValue) throws -> (String, Bool) {
    let (spec, status) = (object["spec"] ?? .null, object["status"] ?? .null)
    let name = object.name
    let isSeen =
      (status.number("observedGeneration") ?? 0) >= (object.number("metadata", "generation") ?? 0)
    func count(_ key: String) -> Int { status.number(key) ?? 0 }
    switch object.kind {
    case "Deployment":
      let revision = ReplicaSetHistory.revision(object)
      let wanted = session.flags.int("revision")
      if wanted > 0, wanted != revision {
        throw KubectlError(
          "desired revision (\(wanted)) is different from the running revision (\(revision))")
      }
      guard isSeen else { return ("Waiting for deployment spec update to be observed...", false) }
      if let condition = object.condition("Progressing"),
        condition.text("reason") == "ProgressDeadlineExceeded"
      {
        throw KubectlError("deployment \"\(name)\" exceeded its progress deadline")
      }
      let all = spec.number("replicas") ?? 1
      let updated = count("updatedReplicas")
      if updated < all {
        return (
          "Waiting for deployment \"\(name)\" rollout to finish: \(updated) out of \(all) new replicas have been updated...",
          false
        )
      }
      if count("replicas") > updated {
        return (
          "Waiting for deployment \"\(name)\" rollout to finish: \(count("replicas") - updated) old replicas are pending termination...",
          false
        )
      }
      if count("availableReplicas") < updated {
        return (
          "Waiting for deployment \"\(name)\" rollout to finish: \(count("availableReplicas")) of \(updated) updated replicas are available...",
          false
        )
      }
      return ("deployment \"\(name)\" successfully rolled out", true)
    case "DaemonSet":
      guard spec.text("updateStrategy", "type") == "RollingUpdate" else {
        throw KubectlError("rollout status is only available for RollingUpdate strategy type")
      }
      guard isSeen else { return ("Waiting for daemon set spec update to be observed...", false) }
      let all = count("desiredNumberScheduled")
      if count("updatedNumberScheduled") < all {
        return (
          "Waiting for daemon set \"\(name)\" rollout to finish: \(count("updatedNumberScheduled")) out of \(all) new pods have been updated...",
          false
        )
      }
      if count("numberAvailable") < all {
        return (
          "Waiting for daemon set \"\(name)\" rollout to finish: \(count("numberAvailable")) of \(all) updated pods are available...",
          false
        )
      }
      return ("daemon set \"\(name)\" successfully rolled out", true)
    case "StatefulSet":
      guard spec.text("updateStrategy", "type") == "RollingUpdate" else {
        throw KubectlError("rollout status is only available for RollingUpdate strategy type")
      }
      guard isSeen else { return ("Waiting for statefulset spec update to be observed...", false) }
      let all = spec.number("replicas") ?? 1
      if count("readyReplicas") < all {
        return ("Waiting for \(all - count("readyReplicas")) pods to be ready...", false)
      }
      if let partition = spec.number("updateStrategy", "rollingUpdate", "partition"), partition > 0
      {
        if count("updatedReplicas") < all - partition {
          return (
            "Waiting for partitioned roll out to finish: \(count("updatedReplicas")) out of \(all - partition) new pods have been updated...",
            false
          )
        }
        return (
          "partitioned roll out complete: \(count("updatedReplicas")) new pods have been updated...",
          true
        )
      }
      if status.text("updateRevision") != status.text("currentRevision") {
        return (
          "waiting for statefulset rolling update to complete \(count("updatedReplicas")) pods at revision \(status.text("updateRevision"))...",
          false
        )
      }
      return (
        "statefulset rolling update complete \(count("currentReplicas")) pods at revision \(status.text("currentRevision"))...",
        true
      )
    default:
      throw KubectlError("no status viewer has been implemented for \(object.kind)")
    }
  }
}
