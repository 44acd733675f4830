import Documents
import Support

/// How an object is to go.
package struct DeleteOptions: Sendable {
  package var gracePeriodSeconds: Int?
  package var propagation: String?
  package var uid: String?
  package var resourceVersion: String?
  package var isDryRun = false
  package var user = UserInfo.system
  /// Whether policies and webhooks are asked; of an eviction they have been asked already.
  var isJudged = true

  package init() {}

  /// Reads `meta/v1.DeleteOptions`.
  package init(_ object: JSONValue) throws(APIError) {
    gracePeriodSeconds = object.number("gracePeriodSeconds")
    propagation = object["propagationPolicy"]?.string
    uid = object.at("preconditions", "uid")?.string
    resourceVersion = object.at("preconditions", "resourceVersion")?.string
    isDryRun = !object.list("dryRun").isEmpty
    if object.flag("orphanDependents") { propagation = "Orphan" }
    if let propagation, !["Orphan", "Background", "Foreground"].contains(propagation) {
      throw APIError(
        422, "Invalid",
        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: "
          + "\"\(propagation)\": supported values: \"Background\", \"Foreground\", \"Orphan\"")
    }
  }
}

/// What came of asking an object to go.
package struct DeleteResult: Sendable {
  /// As it was, or as it is marked now.
  package var object: JSONValue
  package var isGone: Bool
  package var warnings: [String] = []
}

extension ObjectAPI {
  /// Asks an object to go. It goes at once unless something holds it: finalizers, a grace period
  /// (pods), what it owns (foreground). Then it is marked, and goes when the last hold is gone.
  ///
  /// Returns the marked object, or what is gone.
  @discardableResult
  package func delete(
    _ type: ResourceType, _ namespace: String, _ name: String, _ options: DeleteOptions = .init()
  ) throws -> DeleteResult {
    for _ in 0..<64 {
      let stored = try stored(type, namespace, name)
      do {
        return try delete(stored, type, options)
      } catch StoreError.changed {
        continue
      } catch StoreError.missing {
        throw APIError.notFound(type, name)
      }
    }
    throw APIError.conflict(type, name)
  }

  private func delete(_ stored: StoredObject, _ type: ResourceType, _ options: DeleteOptions) throws
    -> DeleteResult
  {
    let old = stored.value
    if let uid = options.uid, uid != old.uid {
      throw APIError.conflict(
        type, old.name,
        "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
    }
    if let version = options.resourceVersion, version != old.resourceVersion {
      throw APIError.conflict(
        type, old.name,
        "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object "
          + "meta: \(old.resourceVersion)")
    }
    try KindStrategy.checkDelete(old, type)
    var write = WriteOptions()
    (write.user, write.isDryRun) = (options.user, options.isDryRun)
    write.isJudged = options.isJudged
    var warnings: [String] = []
    try admission.judgeDeletion(try view(stored, as: type), type, self, write, &warnings)
    var object = old
    let grace = KindStrategy.gracePeriod(old, type, options.gracePeriodSeconds)
    mark(&object, type, grace: grace, options)
    func result(_ object: JSONValue, isGone: Bool = false) -> DeleteResult {
      DeleteResult(object: object, isGone: isGone, warnings: warnings)
    }
    if options.isDryRun { return result(object) }
    if isReadyToGo(object, type) {
      let gone = try store.delete(stored.key, old, from: stored.revision)
      admission.release(old, type)
      return result(try view(gone, as: type), isGone: true)
    }
    if object == old { return result(try view(stored, as: type)) }
    let marked = try store.update(stored.key, object, from: stored.revision)
    return result(try view(marked, as: type))
  }

  private func mark(
    _ object: inout JSONValue, _ type: ResourceType, grace: Int, _ options: DeleteOptions
  ) {
    var finalizers = object.list("metadata", "finalizers").filter {
      options.propagation == nil || $0 != "orphan" && $0 != "foregroundDeletion"
    }
    if options.propagation == "Orphan" { finalizers.append("orphan") }
    if options.propagation == "Foreground" { finalizers.append("foregroundDeletion") }
    object.set("metadata", "finalizers", to: finalizers.isEmpty ? nil : .array(finalizers))
    if object.isBeingDeleted {
      // A second request can only shorten the time.
      let left = object.number("metadata", "deletionGracePeriodSeconds") ?? 0
      if grace < left {
        let end = RFC3339.nanoseconds(object.text("metadata", "deletionTimestamp")) ?? now()
        let moved = end - Int64(left - grace) * 1_000_000_000
        object.set("metadata", "deletionTimestamp", to: .string(RFC3339.text(moved)))
        object.set("metadata", "deletionGracePeriodSeconds", to: .integer(Int64(grace)))
      }
      return
    }
    let end = now() / 1_000_000_000 + Int64(grace)
    object.set("metadata", "deletionTimestamp", to: .string(RFC3339.text(end * 1_000_000_000)))
    object.set("metadata", "deletionGracePeriodSeconds", to: .integer(Int64(grace)))
    if type.hasGeneration, let generation = object.number("metadata", "generation") {
      object.set("metadata", "generation", to: .integer(Int64(generation + 1)))
    }
    if type.bucket == "namespaces" { object.set("status", "phase", to: "Terminating") }
  }

  /// Deletes everything that a list finds. Those that are gone meanwhile do not matter.
  package func deleteCollection(
    _ type: ResourceType, _ namespace: String, _ list: ListOptions, _ options: DeleteOptions
  ) throws -> (objects: [StoredObject], warnings: [String]) {
    let page = try self.list(type, namespace, list)
    var warnings: [String] = []
    for object in page.objects {
      do {
        warnings += try delete(type, object.key.namespace, object.key.name, options).warnings
      } catch let error as APIError where error.reason == "NotFound" { continue }
    }
    return (page.objects, warnings)
  }
}
