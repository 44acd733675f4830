import Documents

/// What stands between a well-formed object and the store: rules that need to know other objects,
/// and the values that the cluster itself gives out. The order is kube-apiserver's: what fills in
/// comes before what counts.
final class Admission: Sendable {
  let addresses: ServiceAddresses

  init(network: ClusterNetwork) {
    addresses = ServiceAddresses(network: network)
  }

  /// Before an object is made. May change it; throws 403 or 422 to refuse.
  func create(
    _ object: inout JSONValue, _ type: ResourceType, _ api: ObjectAPI, _ options: WriteOptions,
    _ warnings: inout [String]
  ) throws {
    try NamespaceLifecycle.check(object, type, api)
    switch type.bucket {
    case "pods":
      try PodAdmission.priority(&object, api)
      try PodAdmission.serviceAccount(&object, api)
      try RuntimeClassAdmission.apply(&object, api)
      PodAdmission.tolerations(&object)
      PodAdmission.defaults(&object)
      LimitRanger.fill(&object, api)
    case "services": try addresses.assign(&object, old: nil, type, api)
    case "persistentvolumeclaims": StorageClassDefault.fill(&object, api)
    case CertificateAdmission.bucket:
      try CertificateAdmission.create(&object, type, options.user)
    default: break
    }
    if type.bucket == "secrets" { KindStrategy.prepareForUpdate(&object, type) }
  }

  /// Counts and measures what is about to be made, as the webhooks have left it.
  func checkAmounts(_ object: JSONValue, _ type: ResourceType, _ api: ObjectAPI) throws {
    if type.bucket == "pods" { try LimitRanger.check(object, type, api) }
    try QuotaAdmission.check(object, type, api)
  }

  /// Before an object is replaced.
  func update(
    _ object: inout JSONValue, _ old: JSONValue, _ type: ResourceType, _ api: ObjectAPI,
    _ options: WriteOptions, _ warnings: inout [String]
  ) throws {
    if type.bucket == "services" { try addresses.assign(&object, old: old, type, api) }
    if type.bucket == CertificateAdmission.bucket { CertificateAdmission.update(&object, old) }
    KindStrategy.prepareForUpdate(&object, type)
  }

  /// Lets webhooks change what is about to be written. What they made of it is read and filled in
  /// like what a client sends.
  func mutate(
    _ object: inout JSONValue, _ old: JSONValue?, _ type: ResourceType, _ subresource: String,
    _ api: ObjectAPI, _ options: WriteOptions, _ warnings: inout [String]
  ) throws {
    guard options.isJudged else { return }
    var attempt = Self.attempt(object, old, type, subresource, options)
    let isChanged = try Self.keeping(&warnings) {
      try WebhookAdmission.mutate(&attempt, api, &$0)
    }
    guard isChanged, let changed = attempt.object else { return }
    var quiet = options
    quiet.fieldValidation = .ignore
    quiet.duplicates = []
    var ignored: [String] = []
    object = try api.read(changed, type, quiet, &ignored)
    Defaults.apply(to: &object, type)
  }

  /// Asks policies and webhooks about what is about to be written.
  func judge(
    _ object: JSONValue?, _ old: JSONValue?, _ type: ResourceType, _ subresource: String,
    _ api: ObjectAPI, _ options: WriteOptions, _ warnings: inout [String]
  ) throws {
    if let object { try EndpointAdmission.check(object, old, type, options.user) }
    if type.bucket == CertificateAdmission.bucket, let object, let old {
      try CertificateAdmission.check(object, old, type, subresource, options.user, api)
    }
    guard options.isJudged else { return }
    let attempt = Self.attempt(object, old, type, subresource, options)
    try Self.judge(attempt, api, &warnings)
  }

  /// Asks policies and webhooks about the end of an object. Who may change objects is asked, too, and
  /// can only say no.
  func judgeDeletion(
    _ old: JSONValue, _ type: ResourceType, _ api: ObjectAPI, _ options: WriteOptions,
    _ warnings: inout [String]
  ) throws {
    guard options.isJudged else { return }
    var attempt = Self.attempt(nil, old, type, "", options)
    try Self.admit(&attempt, api, &warnings)
  }

  /// Lets webhooks change what is sent to a subresource, or how somebody wants to be connected, and asks
  /// policies and webhooks about what has become of it.
  static func admit(
    _ attempt: inout AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws {
    _ = try keeping(&warnings) { try WebhookAdmission.mutate(&attempt, api, &$0) }
    try judge(attempt, api, &warnings)
  }

  /// Asks policies and webhooks about an attempt as it is.
  private static func judge(
    _ attempt: AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws {
    try keeping(&warnings) {
      try PolicyAdmission.judge(attempt, api, &$0)
      try WebhookAdmission.judge(attempt, api, &$0)
    }
  }

  /// What was to be said is said even when the end is a refusal.
  private static func keeping<Result>(
    _ warnings: inout [String], _ body: (inout [String]) throws -> Result
  ) throws -> Result {
    do {
      return try body(&warnings)
    } catch var error as APIError {
      error.warnings = warnings
      throw error
    }
  }

  private static func attempt(
    _ object: JSONValue?, _ old: JSONValue?, _ type: ResourceType, _ subresource: String,
    _ options: WriteOptions
  ) -> AdmissionAttempt {
    let one = object ?? old ?? .null
    let operation = old == nil ? "CREATE" : object == nil ? "DELETE" : "UPDATE"
    return AdmissionAttempt(
      operation: operation, type: type, subresource: subresource,
      namespace: type.bucket == "namespaces" ? one.name : one.namespace, name: one.name,
      object: object, old: old, user: options.user, isDryRun: options.isDryRun,
      options: options.json(operation))
  }

  /// After an object has gone: what it had is free again.
  func release(_ object: JSONValue, _ type: ResourceType) {}
}

/// Objects live in namespaces that exist and are not on their way out.
enum NamespaceLifecycle {
  static func check(_ object: JSONValue, _ type: ResourceType, _ api: ObjectAPI) throws(APIError) {
    guard type.isNamespaced, !object.namespace.isEmpty else { return }
    let key = ObjectKey("namespaces", "", object.namespace)
    guard let namespace = api.store.get(key)?.value else {
      var error = APIError(404, "NotFound", "namespaces \"\(object.namespace)\" not found")
      error.name = object.namespace
      error.kind = "namespaces"
      throw error
    }
    guard namespace.isBeingDeleted else { return }
    var error = APIError.forbidden(
      type, object.name,
      "unable to create new content in namespace \(object.namespace) because it is being terminated"
    )
    error.causes = [
      .init(
        "NamespaceTerminating", "namespace \(object.namespace) is being terminated",
        field: "metadata.namespace")
    ]
    throw error
  }
}

/// A claim that names no class gets the default one.
enum StorageClassDefault {
  static func fill(_ claim: inout JSONValue, _ api: ObjectAPI) {
    guard claim.at("spec", "storageClassName") == nil else { return }
    let mark = "storageclass.kubernetes.io/is-default-class"
    let classes = api.objects("storage.k8s.io/storageclasses")
    if let standard = classes.first(where: { $0.annotations[mark] == "true" }) {
      claim.set("spec", "storageClassName", to: .string(standard.name))
    }
  }
}
