import Documents

extension ObjectAPI {
  /// Makes an object of what a client sent (in the version of `type`). Throws 409 when the name is
  /// taken, 422 with every field that is wrong, 403 when admission refuses.
  @discardableResult
  package func create(
    _ type: ResourceType, _ namespace: String, _ sent: JSONValue, _ options: WriteOptions = .init()
  ) throws -> WriteResult {
    var warnings: [String] = []
    var object = try read(sent, type, options, &warnings)
    try settleIdentity(&object, type, namespace)
    guard object.resourceVersion.isEmpty else {
      throw APIError(
        500, "InternalError", "resourceVersion should not be set on objects to be created")
    }
    return try create(
      prepared: object, type, options, warnings: warnings)
  }

  private func create(
    prepared sent: JSONValue, _ type: ResourceType, _ options: WriteOptions, warnings: [String]
  ) throws -> WriteResult {
    var object = sent
    var warnings = warnings
    Defaults.apply(to: &object, type)
    if type.subresource("status") != nil { object["status"] = nil }
    object.set("metadata", "uid", to: .string(newUID()))
    object.set("metadata", "creationTimestamp", to: .string(timestamp))
    object.set("metadata", "generation", to: type.hasGeneration ? 1 : nil)
    for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
      object.set("metadata", key, to: nil)
    }
    if object.name.isEmpty {
      let prefix = object.text("metadata", "generateName")
      if !prefix.isEmpty { object.set("metadata", "name", to: .string(generatedName(prefix))) }
    }
    try admission.create(&object, type, self, options, &warnings)
    try mutate(&object, type, options, &warnings)
    KindStrategy.prepareForCreate(&object, type, self)
    try validate(object, old: nil, type)
    try admission.judge(object, nil, type, "", self, options, &warnings)
    try admission.checkAmounts(object, type, self)
    if !options.fieldManager.isEmpty, object.at("metadata", "managedFields") == nil {
      object.set("metadata", "managedFields", to: managedFields(nil, object, type, "", options))
    }
    if options.isDryRun {
      guard store.get(key(type, object.namespace, object.name)) == nil else {
        throw APIError.alreadyExists(type, object.name)
      }
      return WriteResult(object: object, warnings: warnings, wasCreated: true)
    }
    do {
      let kept = try kept(object, type)
      let key = key(type, object.namespace, object.name)
      let stored = try withAmounts(of: object, type) { try store.create(key, kept) }
      return WriteResult(object: try view(stored, as: type), warnings: warnings, wasCreated: true)
    } catch StoreError.exists {
      admission.release(object, type)
      throw APIError.alreadyExists(type, object.name)
    }
  }

  /// Writes a new object while nobody else takes what a quota still has. Nothing is asked of others
  /// meanwhile.
  private func withAmounts(
    of object: JSONValue, _ type: ResourceType, _ write: () throws -> StoredObject
  ) throws -> StoredObject {
    guard type.isNamespaced,
      !objects("resourcequotas", namespace: object.namespace).isEmpty
    else { return try write() }
    return try amounts.withLock { _ in
      try QuotaAdmission.check(object, type, self)
      return try write()
    }
  }

  /// Lets webhooks change a new object, but for what makes it this one.
  private func mutate(
    _ object: inout JSONValue, _ type: ResourceType, _ options: WriteOptions,
    _ warnings: inout [String]
  ) throws {
    let before = object
    try admission.mutate(&object, nil, type, "", self, options, &warnings)
    guard object.name == before.name, object.namespace == before.namespace else {
      throw APIError.badRequest(
        "the name or the namespace of the object (\(before.name), \(before.namespace)) was changed "
          + "by a webhook (\(object.name), \(object.namespace))")
    }
    for key in [
      "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
      "resourceVersion", "selfLink",
    ] {
      object.set("metadata", key, to: before.at("metadata", key))
    }
  }

  /// Reads what a client sent: known fields only, in the form in which they are kept.
  func read(
    _ sent: JSONValue, _ type: ResourceType, _ options: WriteOptions, _ warnings: inout [String]
  ) throws -> JSONValue {
    guard case .object = sent else {
      throw APIError.badRequest(
        "couldn't get version/kind; json parse error: json: cannot unmarshal \(sent.kindName) into "
          + "Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind "
          + "string \"json:\\\"kind,omitempty\\\"\" }")
    }
    let version = sent.text("apiVersion")
    let kind = sent.text("kind")
    guard (version.isEmpty || version == type.apiVersion) && (kind.isEmpty || kind == type.kind)
    else {
      throw APIError.badRequest(
        "the API version in the data (\(version)) does not match the expected API version "
          + "(\(type.apiVersion))")
    }
    var reader = ObjectReader(type)
    var object = try reader.read(sent, as: type.message)
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    let unknown = reader.unknown.map { "unknown field \"\($0)\"" }
    let repeated = options.duplicates.filter { type.isCustom || !reader.unknown.contains($0) }
      .map { "duplicate field \"\($0)\"" }
    let strange = type.isCustom ? repeated + unknown : unknown + repeated
    switch options.fieldValidation {
    case .strict where !strange.isEmpty:
      throw APIError.badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict "
          + "decoding error: \(strange.joined(separator: ", "))")
    case .warn: warnings += strange
    default: break
    }
    return object
  }

  private func settleIdentity(
    _ object: inout JSONValue, _ type: ResourceType, _ namespace: String
  ) throws {
    let given = object.namespace
    if type.isNamespaced {
      guard given.isEmpty || given == namespace else {
        throw APIError.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request")
      }
      object.set("metadata", "namespace", to: .string(namespace))
    } else {
      object.set("metadata", "namespace", to: nil)
    }
  }

  /// Throws 422 with everything that is wrong with an object.
  func validate(_ object: JSONValue, old: JSONValue?, _ type: ResourceType) throws {
    var problems: [FieldProblem] = []
    Validators.checkMetadata(object, type, &problems)
    if type.isCustom {
      problems += type.validate(object, old)
    } else {
      Validators.check(object, type.message, "", &problems)
      problems += type.validate(object, old)
    }
    guard problems.isEmpty else { throw APIError.invalid(type, object.name, problems) }
  }

  /// The record of who owns what after a write.
  func managedFields(
    _ old: JSONValue?, _ new: JSONValue, _ type: ResourceType, _ subresource: String,
    _ options: WriteOptions
  ) -> JSONValue {
    var managed = ManagedFields(of: old ?? .null)
    managed.update(
      from: old, to: new,
      by: .init(
        manager: options.fieldManager, isApply: false, apiVersion: type.apiVersion,
        subresource: subresource, time: timestamp, fields: FieldSet()), type)
    return managed.json
  }
}
