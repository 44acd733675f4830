import Documents

extension ObjectAPI {
  /// Replaces an object by what a client sent. Without a `resourceVersion` the newest form is
  /// replaced, whatever it is; with one, only that form (409 otherwise).
  package func update(
    _ type: ResourceType, _ namespace: String, _ name: String, subresource: String = "",
    _ sent: JSONValue, _ options: WriteOptions = .init()
  ) throws -> WriteResult {
    var warnings: [String] = []
    let object = try read(sent, type, options, &warnings)
    guard object.name.isEmpty || object.name == name else {
      throw APIError.badRequest(
        "the name of the object (\(object.name)) does not match the name on the URL (\(name))")
    }
    guard object.namespace.isEmpty || !type.isNamespaced || object.namespace == namespace else {
      throw APIError.badRequest(
        "the namespace of the object (\(object.namespace)) does not match the namespace on the "
          + "request (\(namespace))")
    }
    return try change(
      type, namespace, name, subresource: subresource, options, warnings: warnings
    ) { _ in object }
  }

  /// Changes an object by a function of its newest form, again when somebody else was faster. The
  /// function must have no effects; it may be called several times.
  ///
  /// A result whose `resourceVersion` is not that of the newest form is a conflict.
  @discardableResult
  package func change(
    _ type: ResourceType, _ namespace: String, _ name: String, subresource: String = "",
    _ options: WriteOptions = .init(), warnings: [String] = [],
    _ body: (JSONValue) throws -> JSONValue
  ) throws -> WriteResult {
    for _ in 0..<64 {
      let stored = try stored(type, namespace, name)
      do {
        return try write(
          try body(try view(stored, as: type)), over: stored, type, subresource, options, warnings)
      } catch StoreError.changed {
        continue
      } catch StoreError.missing {
        throw APIError.notFound(type, name)
      }
    }
    throw APIError.conflict(type, name)
  }

  private func write(
    _ wish: JSONValue, over stored: StoredObject, _ type: ResourceType, _ subresource: String,
    _ options: WriteOptions, _ warnings: [String]
  ) throws -> WriteResult {
    let old = try view(stored, as: type)
    var warnings = warnings
    var object = wish
    let seen = object.resourceVersion
    guard seen.isEmpty || seen == old.resourceVersion else {
      throw APIError.conflict(type, old.name)
    }
    if !object.uid.isEmpty, object.uid != old.uid {
      throw APIError.conflict(
        type, old.name,
        "Precondition failed: UID in precondition: \(object.uid), UID in object meta: \(old.uid)")
    }
    keepSystemFields(&object, old, type)
    keepOtherParts(&object, old, type, subresource)
    Defaults.apply(to: &object, type)
    try admission.mutate(&object, old, type, subresource, self, options, &warnings)
    // Webhooks are bound by the same.
    keepSystemFields(&object, old, type)
    keepOtherParts(&object, old, type, subresource)
    if ["", "ephemeralcontainers", "scale"].contains(subresource) {
      try admission.update(&object, old, type, self, options, &warnings)
      if type.hasGeneration, changesSpec(object, old) {
        object.set(
          "metadata", "generation",
          to: .integer(Int64((old.number("metadata", "generation") ?? 0) + 1)))
      }
    }
    try validate(object, old: old, type)
    try admission.judge(object, old, type, subresource, self, options, &warnings)
    recordOwners(&object, old, type, subresource, options)
    if options.isDryRun { return WriteResult(object: object, warnings: warnings) }
    if object == old, isKeptAsWritten(stored, type) {
      return WriteResult(object: old, warnings: warnings)
    }
    let kept = try kept(object, type)
    if isReadyToGo(object, type) {
      let gone = try store.delete(stored.key, kept, from: stored.revision)
      admission.release(object, type)
      return WriteResult(object: try view(gone, as: type), warnings: warnings)
    }
    let written = try store.update(stored.key, kept, from: stored.revision)
    return WriteResult(object: try view(written, as: type), warnings: warnings)
  }

  /// Whether a write of the same would change nothing: the object may be kept in a version that its
  /// definition no longer has for that, and writing it again is how it gets into the new one.
  private func isKeptAsWritten(_ stored: StoredObject, _ type: ResourceType) -> Bool {
    guard type.isCustom else { return true }
    let version = type.conversion?.storage ?? type.toStored(stored.value).text("apiVersion")
    return stored.value.text("apiVersion") == version
  }

  /// What clients cannot change.
  private func keepSystemFields(
    _ object: inout JSONValue, _ old: JSONValue, _ type: ResourceType
  ) {
    object["apiVersion"] = old["apiVersion"]
    object["kind"] = old["kind"]
    for key in [
      "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
      "deletionGracePeriodSeconds", "generation", "resourceVersion", "generateName",
    ] {
      object.set("metadata", key, to: old.at("metadata", key))
    }
    if object.at("metadata", "managedFields") == nil {
      object.set("metadata", "managedFields", to: old.at("metadata", "managedFields"))
    }
  }

  /// A subresource changes its part and nothing else; the object everything but its status.
  private func keepOtherParts(
    _ object: inout JSONValue, _ old: JSONValue, _ type: ResourceType, _ subresource: String
  ) {
    switch subresource {
    case "":
      if type.subresource("status") != nil { object["status"] = old["status"] }
    case "status":
      let (status, metadata) = (object["status"], object["metadata"])
      object = old
      object["status"] = status
      keepMetadata(&object, metadata, type)
    case "approval":
      let (conditions, metadata) = (object.at("status", "conditions"), object["metadata"])
      object = old
      object.set("status", "conditions", to: conditions)
      keepMetadata(&object, metadata, type)
    case "finalize":
      let finalizers = object.at("spec", "finalizers")
      object = old
      object.set("spec", "finalizers", to: finalizers ?? [])
    case "ephemeralcontainers":
      let containers = object.at("spec", "ephemeralContainers")
      object = old
      object.set("spec", "ephemeralContainers", to: containers)
    default: break
    }
  }

  /// Labels and annotations may come along with a status, but not for kinds that users define, nor
  /// for their definitions; a Deployment keeps its labels, and a pod's owners are not the kubelet's
  /// business.
  private func keepMetadata(
    _ object: inout JSONValue, _ metadata: JSONValue?, _ type: ResourceType
  ) {
    let isClosed = type.isCustom || ["CustomResourceDefinition", "APIService"].contains(type.kind)
    var keys = ["managedFields"]
    if !isClosed { keys += ["annotations", "finalizers"] }
    if !isClosed, type.bucket != "apps/deployments" { keys.append("labels") }
    if !isClosed, type.bucket != "pods" { keys.append("ownerReferences") }
    for key in keys { object.set("metadata", key, to: metadata?[key]) }
  }

  private func changesSpec(_ object: JSONValue, _ old: JSONValue) -> Bool {
    func spec(_ value: JSONValue) -> JSONValue {
      var value = value
      value["metadata"] = nil
      value["status"] = nil
      return value
    }
    return spec(object) != spec(old)
  }

  private func recordOwners(
    _ object: inout JSONValue, _ old: JSONValue, _ type: ResourceType, _ subresource: String,
    _ options: WriteOptions
  ) {
    // Apply has made its own record; an emptied one means: start anew.
    guard !options.fieldManager.isEmpty else { return }
    var base = old
    base.set("metadata", "managedFields", to: object.at("metadata", "managedFields"))
    let managed = managedFields(base, object, type, subresource, options)
    object.set(
      "metadata", "managedFields", to: managed.array?.isEmpty == true ? nil : managed)
  }

  /// Whether the last thing that held a deleted object is gone.
  func isReadyToGo(_ object: JSONValue, _ type: ResourceType) -> Bool {
    guard object.isBeingDeleted, object.list("metadata", "finalizers").isEmpty else { return false }
    if type.bucket == "namespaces" { return object.list("spec", "finalizers").isEmpty }
    return (object.number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
  }
}
