import Documents
import Support

/// Carries out what controllers have decided, and decides nothing itself.
struct PlanExecutor {
  let api: ObjectAPI
  let controller: String
  /// Whether a step failed, so that the plan must be made anew.
  private(set) var failed = false

  init(api: ObjectAPI, controller: String) {
    self.api = api
    self.controller = controller
  }

  mutating func carryOut(_ plan: Plan) {
    for step in plan.steps {
      do {
        try carryOut(step)
      } catch let error as APIError {
        // Somebody else was faster or did the same: the next plan sees it.
        if error.reason != "NotFound" { failed = true }
        report(error, step)
        if case .create = step.action, error.reason == "Forbidden" { break }
      } catch {
        failed = true
      }
    }
  }

  private func type(_ bucket: String) throws -> ResourceType {
    guard let type = api.registry.find(bucket: bucket) else {
      throw APIError.internalError("no resource is stored as \(bucket)")
    }
    return type
  }

  private func carryOut(_ step: Step) throws {
    switch step.action {
    case .create(let bucket, let object, let owner):
      let made = try api.create(try type(bucket), object.namespace, object)
      guard let owner else { return }
      api.record(
        EventNote(
          owner, "SuccessfulCreate", Self.words("Created", bucket, made.object, owner),
          from: controller))
    case .update(let bucket, let object):
      try api.change(try type(bucket), object.namespace, object.name) { _ in object }
    case .scale(let bucket, let object, let replicas):
      _ = try api.changeScale(try type(bucket), object.namespace, object.name, WriteOptions()) {
        now in
        var scale = now
        scale.set("metadata", "resourceVersion", to: .string(object.resourceVersion))
        scale.set("spec", "replicas", to: .integer(Int64(replicas)))
        return scale
      }
    case .bind(let pod, let node): try api.bind(pod, to: node)
    case .updateStatus(let bucket, let object):
      // Its own earlier steps may have moved the revision; a status is computed anew if need be.
      try api.change(try type(bucket), object.namespace, object.name, subresource: "status") {
        current in
        var next = current
        next["status"] = object["status"]
        return next
      }
    case .delete(let bucket, let object, let owner):
      var options = DeleteOptions()
      if !object.uid.isEmpty { options.uid = object.uid }
      options.propagation = bucket == "pods" ? nil : "Background"
      try api.delete(try type(bucket), object.namespace, object.name, options)
      guard let owner else { return }
      api.record(
        EventNote(
          owner, "SuccessfulDelete", Self.words("Deleted", bucket, object, owner),
          from: controller))
    case .deleteInForeground(let bucket, let object):
      var options = DeleteOptions()
      options.uid = object.uid
      options.propagation = bucket == "pods" ? nil : "Foreground"
      try api.delete(try type(bucket), object.namespace, object.name, options)
    case .finalize(let namespace):
      try api.change(try type("namespaces"), "", namespace.name, subresource: "finalize") {
        current in
        var next = current
        next.set("spec", "finalizers", to: [])
        return next
      }
    case .record(let note): api.record(note)
    }
  }

  /// What an event says of a thing that was made or deleted for `owner`, each controller in its own
  /// words.
  private static func words(
    _ what: String, _ bucket: String, _ object: JSONValue, _ owner: JSONValue
  ) -> String {
    switch (bucket, owner.kind) {
    case ("pods", "StatefulSet"):
      let verb = what == "Created" ? "create" : "delete"
      return "\(verb) Pod \(object.name) in StatefulSet \(owner.name) successful"
    case ("pods", _): return "\(what) pod: \(object.name)"
    default: return "\(what) \(object.kind.lowercased()) \(object.name)"
    }
  }

  private func report(_ error: APIError, _ step: Step) {
    guard error.reason != "Conflict", error.reason != "NotFound",
      case .create(let bucket, let object, let owner?) = step.action
    else { return }
    let what =
      owner.kind == "StatefulSet" && bucket == "pods"
      ? "create Pod \(object.name) in StatefulSet \(owner.name) failed error: \(error.message)"
      : bucket == "pods" ? "Error creating: \(error.message)" : error.message
    api.record(EventNote(owner, "FailedCreate", what, from: controller, isWarning: true))
    if bucket == "pods", ["ReplicaSet", "ReplicationController"].contains(owner.kind) {
      blame(owner, error.message)
    }
  }

  /// Says in the status of a set that it cannot have the pods it wants.
  private func blame(_ owner: JSONValue, _ message: String) {
    guard let type = api.registry.find(apiVersion: owner.text("apiVersion"), kind: owner.kind)
    else { return }
    _ = try? api.change(type, owner.namespace, owner.name, subresource: "status") {
      // The message names the pod, another one each time: what is said stays said.
      guard $0.condition("ReplicaFailure") == nil else { return $0 }
      var owner = $0
      Conditions.set(
        &owner, "ReplicaFailure", status: true, reason: "FailedCreate", message: message,
        now: api.timestamp)
      return owner
    }
  }
}
