import Documents
import HTTP
import Support

extension KubeServer {
  /// A request about objects.
  func resource(
    _ request: HTTPRequest, _ info: RequestInfo, _ user: UserInfo, _ body: [UInt8]
  ) async throws -> HTTPResponse {
    guard
      let type = api.registry.find(
        group: info.group, version: info.version, plural: info.resource)
    else { throw APIError.noSuchPath }
    if !info.subresource.isEmpty {
      guard type.subresource(info.subresource) != nil || info.subresource == "approval" else {
        throw APIError.noSuchPath
      }
    } else if !type.verbs.contains(info.verb) {
      throw APIError.methodNotAllowed
    }
    if info.group == MetricsBook.group { return try measured(request, info, type) }
    if info.verb == "watch" { return try watch(request, info, type) }
    if info.subresource == "proxy" {
      let (request, warnings) = try await admitted(request, info, type, user)
      return Self.warned(try await proxied(request, info, type, body), warnings)
    }
    if let handler = streams.handler, info.resource == "pods",
      ["log", "exec", "attach", "portforward"].contains(info.subresource)
    {
      let pod = try api.get(type, info.namespace, info.name)
      guard info.subresource != "log" else { return try await handler(request, pod, "log") }
      let (request, warnings) = try await admitted(request, info, type, user)
      return Self.warned(try await handler(request, pod, info.subresource), warnings)
    }
    // Reads are look-ups in memory, unless objects must be converted; writes wait for the disk.
    if type.conversion == nil, info.verb == "get" || info.verb == "list" {
      return try answer(request, info, type, user, body)
    }
    return try await BlockingWork.run { [self] in
      try answer(request, info, type, user, body)
    }
  }

  private func answer(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ user: UserInfo,
    _ body: [UInt8]
  ) throws -> HTTPResponse {
    var options = try writeOptions(request, user)
    if info.verb != "patch" && options.fieldManager.isEmpty {
      options.fieldManager = Self.defaultManager(request)
    }
    let contentType = request.headers.first(name: "content-type")
    switch (info.verb, info.subresource) {
    case ("get", ""), ("get", "status"), ("get", "approval"), ("get", "ephemeralcontainers"):
      return reply(try api.get(type, info.namespace, info.name), type, request)
    case ("list", _): return try list(request, info, type)
    case ("create", ""):
      let sent = try decode(body, contentType, type, &options.duplicates)
      if let review = try review(type, sent, options, namespace: info.namespace) {
        guard ReplyForm.choose(request.headers.first(name: "accept")) != .table else {
          throw APIError.notAcceptable
        }
        return Self.json(review, status: 201)
      }
      return reply(
        try api.create(type, info.namespace, sent, options), type, request, created: true)
    case ("create", _): return try subresource(request, info, type, body, options)
    case (_, "scale"): return try scale(request, info, type, body, options)
    case ("update", _):
      let sent = try decode(body, contentType, type, &options.duplicates)
      return reply(
        try api.update(
          type, info.namespace, info.name, subresource: info.subresource, sent, options), type,
        request)
    case ("patch", _):
      let (kind, patch) = try RequestDecoding.patch(body, contentType: contentType)
      if kind != .apply, options.fieldManager.isEmpty {
        options.fieldManager = Self.defaultManager(request)
      }
      let result = try api.patch(
        type, info.namespace, info.name, subresource: info.subresource, kind, patch, options)
      return reply(result, type, request, created: result.wasCreated)
    case ("delete", _): return try delete(request, info, type, user, body)
    case ("deletecollection", _): return try deleteCollection(request, info, type, user, body)
    default: throw APIError.methodNotAllowed
    }
  }

  /// Who writes, when the client does not say: the first word of its name.
  private static func defaultManager(_ request: HTTPRequest) -> String {
    let agent = request.headers.first(name: "user-agent") ?? "unknown"
    return String(agent.prefix { $0 != "/" }.prefix(128))
  }

  func decode(_ body: [UInt8], _ contentType: String?, _ type: ResourceType) throws -> JSONValue {
    var ignored: [String] = []
    return try decode(body, contentType, type, &ignored)
  }

  /// The same, and which keys it has twice.
  private func decode(
    _ body: [UInt8], _ contentType: String?, _ type: ResourceType, _ duplicates: inout [String]
  ) throws -> JSONValue {
    try RequestDecoding.object(body, contentType: contentType, duplicates: &duplicates) {
      version, kind in
      if version == type.apiVersion, kind == type.kind { return type.message }
      return api.registry.find(apiVersion: version, kind: kind)?.message
        ?? Self.otherKinds["\(version)/\(kind)"].map(Schema.builtIn.message)
    }
  }

  /// Kinds that are sent and are no resources.
  static let otherKinds = [
    "v1/DeleteOptions": "meta.DeleteOptions", "policy/v1/Eviction": "policy.Eviction",
    "autoscaling/v1/Scale": "autoscaling1.Scale",
    "authentication.k8s.io/v1/TokenRequest": "authentication.TokenRequest",
    "v1/Binding": "core.Binding", "meta.k8s.io/v1/DeleteOptions": "meta.DeleteOptions",
  ]

  private func writeOptions(_ request: HTTPRequest, _ user: UserInfo) throws -> WriteOptions {
    var options = WriteOptions()
    options.user = user
    let dryRun = request.query.all("dryRun")
    guard dryRun.allSatisfy({ $0 == "All" || $0.isEmpty }) else {
      throw APIError(
        422, "Invalid",
        "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"\(dryRun[0])\": "
          + "supported values: \"All\"")
    }
    options.isDryRun = dryRun.contains("All")
    options.fieldManager = request.query["fieldManager"] ?? ""
    options.force = request.query.says("force")
    if let word = request.query["fieldValidation"], !word.isEmpty {
      guard let validation = WriteOptions.FieldValidation(rawValue: word) else {
        throw APIError(
          422, "Invalid",
          "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: "
            + "\"\(word)\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")
      }
      options.fieldValidation = validation
    }
    return options
  }

  // MARK: Replies

  private func reply(
    _ result: WriteResult, _ type: ResourceType, _ request: HTTPRequest, created: Bool = false
  ) -> HTTPResponse {
    Self.warned(
      reply(result.object, type, request, status: created ? 201 : 200),
      result.warnings + (type.warning.map { [$0] } ?? []))
  }

  func reply(
    _ object: JSONValue, _ type: ResourceType, _ request: HTTPRequest, status: Int = 200
  ) -> HTTPResponse {
    switch ReplyForm.choose(request.headers.first(name: "accept")) {
    case .json: return Self.json(object, status: status)
    case .partialMetadata: return Self.json(Self.partial(object), status: status)
    case .table:
      let table = TableRendering.table(
        [object], type, include: Self.include(request),
        metadata: ["resourceVersion": .string(object.resourceVersion)], now: api.now())
      return Self.json(table, status: status)
    }
  }

  static func include(_ request: HTTPRequest) -> TableRendering.Include {
    request.query["includeObject"].flatMap(TableRendering.Include.init) ?? .metadata
  }

  static func partial(_ object: JSONValue) -> JSONValue {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
      "metadata": object["metadata"] ?? [:],
    ]
  }

  // MARK: Lists

  func listOptions(_ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType) throws
    -> ObjectAPI.ListOptions
  {
    var options = ObjectAPI.ListOptions()
    options.labels = try LabelSelector(parsing: request.query["labelSelector"] ?? "")
    options.fields = try FieldSelector(
      parsing: request.query["fieldSelector"] ?? "", for: type)
    options.limit = Int(request.query["limit"] ?? "") ?? 0
    options.continuation = request.query["continue"] ?? ""
    options.resourceVersion = request.query["resourceVersion"] ?? ""
    options.resourceVersionMatch = request.query["resourceVersionMatch"] ?? ""
    if !info.name.isEmpty {
      options.fields.requirements.append(
        .init(field: "metadata.name", value: info.name, isEqual: true))
    }
    return options
  }

  private func list(_ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType) throws
    -> HTTPResponse
  {
    let options = try listOptions(request, info, type)
    let namespace = type.isNamespaced ? info.namespace : ""
    let page = try api.list(type, namespace, options)
    var metadata: JSONValue = ["resourceVersion": .string(String(page.revision))]
    if !page.continuation.isEmpty { metadata["continue"] = .string(page.continuation) }
    if let remaining = page.remaining {
      metadata["remainingItemCount"] = .integer(Int64(remaining))
    }
    switch ReplyForm.choose(request.headers.first(name: "accept")) {
    case .table:
      let objects = try api.views(page.objects, as: type)
      return Self.json(
        TableRendering.table(
          objects, type, include: Self.include(request), metadata: metadata, now: api.now()))
    case .partialMetadata:
      return Self.json([
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "items": .array(try api.views(page.objects, as: type).map(Self.partial)),
      ])
    case .json: return Self.bytes(try listBytes(page.objects, type, metadata))
    }
  }

  /// What is stored is what is sent: the objects' bytes go out as they are.
  private func listBytes(_ objects: [StoredObject], _ type: ResourceType, _ metadata: JSONValue)
    throws -> [UInt8]
  {
    var bytes = Array(
      "{\"kind\":\"\(type.kind)List\",\"apiVersion\":\"\(type.apiVersion)\",\"metadata\":".utf8)
    bytes.reserveCapacity(objects.reduce(1024) { $0 + $1.bytes.count + 1 })
    bytes += metadata.bytes()
    bytes += "\"items\":[".utf8.reduce(into: [0x2c]) { $0.append($1) }
    let converted = type.conversion == nil ? nil : try api.views(objects, as: type)
    for (index, object) in objects.enumerated() {
      if index > 0 { bytes.append(0x2c) }
      bytes += try converted?[index].bytes() ?? self.bytes(object, type)
    }
    bytes += "]}".utf8
    return bytes
  }

  /// An object's bytes in the version that is asked for.
  func bytes(_ object: StoredObject, _ type: ResourceType) throws -> [UInt8] {
    type.storedAs == nil && !type.isCustom ? object.bytes : try api.view(object, as: type).bytes()
  }

  // MARK: Deleting

  private func deleteOptions(_ request: HTTPRequest, _ body: [UInt8]) throws -> DeleteOptions {
    var value: JSONValue = [:]
    if !body.isEmpty {
      var ignored: [String] = []
      value = try RequestDecoding.object(
        body, contentType: request.headers.first(name: "content-type"), duplicates: &ignored
      ) { _, _ in Schema.builtIn.message("meta.DeleteOptions") }
    }
    var options = try DeleteOptions(value)
    if let grace = request.query["gracePeriodSeconds"].flatMap(Int.init) {
      options.gracePeriodSeconds = grace
    }
    if let policy = request.query["propagationPolicy"] { options.propagation = policy }
    if request.query["dryRun"] == "All" { options.isDryRun = true }
    return options
  }

  private func delete(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ user: UserInfo,
    _ body: [UInt8]
  ) throws -> HTTPResponse {
    var options = try deleteOptions(request, body)
    options.user = user
    let result = try api.delete(type, info.namespace, info.name, options)
    let object = result.object
    // These come back as they were; of others there is only the news that they are gone.
    let returned = ["pods", "services", "serviceaccounts", "persistentvolumeclaims"]
    if !result.isGone || returned.contains(type.bucket) {
      return Self.warned(reply(object, type, request), result.warnings)
    }
    let status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
      "details": [
        "name": .string(info.name), "group": .string(type.group), "kind": .string(type.plural),
        "uid": .string(object.uid),
      ],
    ]
    return Self.warned(Self.json(status), result.warnings)
  }

  private func deleteCollection(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ user: UserInfo,
    _ body: [UInt8]
  ) throws -> HTTPResponse {
    var options = try deleteOptions(request, body)
    options.user = user
    let (gone, warnings) = try api.deleteCollection(
      type, type.isNamespaced ? info.namespace : "", try listOptions(request, info, type), options)
    let list = try listBytes(gone, type, ["resourceVersion": .string(String(api.store.revision))])
    return Self.warned(Self.bytes(list), warnings)
  }
}
