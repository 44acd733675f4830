import Documents
import HTTP
import Support

extension KubeServer {
  /// What travels from the store to a watching client.
  private enum Item: Sendable {
    case event(StoreEvent)
    case bookmark
    case end
  }

  /// A response that goes on: one JSON object a line for every change.
  func watch(_ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType) throws
    -> HTTPResponse
  {
    let options = try listOptions(request, info, type)
    let seconds = Int(request.query["timeoutSeconds"] ?? "") ?? 3600
    let plan = WatchPlan(
      type: type, namespace: type.isNamespaced ? info.namespace : "", options: options,
      wantsBookmarks: request.query.says("allowWatchBookmarks"),
      wantsInitial: request.query.says("sendInitialEvents"),
      form: ReplyForm.choose(request.headers.first(name: "accept")),
      include: Self.include(request))
    return HTTPResponse(
      headers: ["Content-Type": "application/json", "Cache-Control": "no-cache, private"],
      body: .stream { [self] output in
        try await run(plan, seconds: seconds, output)
      })
  }

  private func run(_ plan: WatchPlan, seconds: Int, _ output: ResponseStream) async throws {
    let (items, source) = AsyncStream<Item>.makeStream()
    let watcher: Watcher
    var initial: [StoredObject] = []
    var revision: Int64
    do {
      (watcher, initial, revision) = try begin(plan) { source.yield(.event($0)) }
    } catch let error as APIError {
      try await output.write(Self.line("ERROR", error.status.bytes()))
      return
    }
    defer { watcher.cancel() }
    let definition = try followDefinition(of: plan.type) { source.yield(.end) }
    defer { definition?.cancel() }
    // The first byte tells the client that it is being watched from here.
    try await output.flush()
    let clock = Task {
      var left = seconds
      while left > 0 {
        let pause = min(left, 60)
        try await Task.sleep(for: .seconds(pause))
        left -= pause
        if plan.wantsBookmarks, left > 0 { source.yield(.bookmark) }
      }
      source.yield(.end)
    }
    defer { clock.cancel() }
    var isFirst = true
    do {
      let shown = try await shown(initial, plan.type)
      for (object, value) in zip(initial, shown) where plan.matches(value) {
        try await output.write(
          Self.line("ADDED", payload(object, value, plan, withColumns: isFirst)))
        isFirst = false
      }
    } catch let error as APIError {
      try await output.write(Self.line("ERROR", error.status.bytes()))
      return
    }
    if plan.wantsInitial {
      try await output.write(bookmark(plan, revision, endsInitial: true))
    }
    for await item in items {
      switch item {
      case .event(let event):
        revision = event.revision
        do {
          let shown = try await shown(
            [event.object] + (event.previous.map { [$0] } ?? []), plan.type)
          if let kind = plan.kind(of: event, shown[0], previous: shown.dropFirst().first) {
            try await output.write(
              Self.line(
                kind.rawValue, payload(event.object, shown[0], plan, withColumns: isFirst)))
            isFirst = false
          }
        } catch let error as APIError {
          try await output.write(Self.line("ERROR", error.status.bytes()))
          return
        }
      case .bookmark:
        try await output.write(
          bookmark(plan, max(revision, api.store.revision), endsInitial: false))
      case .end: return
      }
    }
  }

  /// Objects in the version that is watched, converted where somebody may wait for it: a task must not.
  private func shown(_ objects: [StoredObject], _ type: ResourceType) async throws -> [JSONValue] {
    guard type.conversion != nil else { return try api.views(objects, as: type) }
    return try await BlockingWork.run { [api] in try api.views(objects, as: type) }
  }

  /// A kind that users define may change: who watches must then begin anew, with what it has become.
  private func followDefinition(
    of type: ResourceType, _ end: @escaping @Sendable () -> Void
  ) throws -> Watcher? {
    guard type.isCustom else { return nil }
    let name = "\(type.plural).\(type.group)"
    let bucket = CustomResources.bucket
    let (known, watcher) = try api.store.listAndWatch(bucket) { event in
      guard event.object.value.name == name else { return }
      if event.kind == .deleted || event.object.value["spec"] != event.previous?.value["spec"] {
        end()
      }
    }
    let definition = known.first { $0.value.name == name }?.value
    let generation = definition?.number("metadata", "generation")
    if definition == nil || generation != type.definitionGeneration { end() }
    return watcher
  }

  private func begin(
    _ plan: WatchPlan, _ deliver: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> (Watcher, [StoredObject], Int64) {
    let bucket = plan.type.bucket
    let asked = plan.options.resourceVersion
    do {
      if asked.isEmpty || asked == "0" || plan.wantsInitial {
        let (objects, revision) = api.store.list(bucket, namespace: plan.namespace)
        let watcher = try api.store.watch(
          bucket, namespace: plan.namespace, after: revision, deliver: deliver)
        return (watcher, objects, revision)
      }
      guard let start = Int64(asked) else {
        throw APIError.badRequest("invalid resourceVersion \"\(asked)\"")
      }
      let watcher = try api.store.watch(
        bucket, namespace: plan.namespace, after: start, deliver: deliver)
      return (watcher, [], start)
    } catch StoreError.compacted(let oldest) {
      throw APIError.expired("too old resource version: \(asked) (\(oldest))")
    } catch StoreError.future(let current) {
      var error = APIError(
        504, "Timeout", "Too large resource version: \(asked), current: \(current)")
      error.causes = [.init("ResourceVersionTooLarge", "Too large resource version", field: "")]
      throw error
    }
  }

  private static func line(_ kind: String, _ object: [UInt8]) -> [UInt8] {
    var line = Array("{\"type\":\"\(kind)\",\"object\":".utf8)
    line += object
    line += "}\n".utf8
    return line
  }

  private func payload(
    _ object: StoredObject, _ shown: JSONValue, _ plan: WatchPlan, withColumns: Bool
  ) -> [UInt8] {
    switch plan.form {
    case .json:
      return plan.type.storedAs == nil && !plan.type.isCustom ? object.bytes : shown.bytes()
    case .partialMetadata: return Self.partial(shown).bytes()
    case .table:
      return TableRendering.table(
        [shown], plan.type, include: plan.include,
        metadata: ["resourceVersion": .string(String(object.revision))], now: api.now(),
        withColumns: withColumns
      ).bytes()
    }
  }

  private func bookmark(_ plan: WatchPlan, _ revision: Int64, endsInitial: Bool) -> [UInt8] {
    var object: JSONValue = [
      "kind": .string(plan.type.kind), "apiVersion": .string(plan.type.apiVersion),
      "metadata": ["resourceVersion": .string(String(revision)), "creationTimestamp": .null],
    ]
    if endsInitial {
      object.set("metadata", "annotations", "k8s.io/initial-events-end", to: "true")
    }
    return Self.line("BOOKMARK", object.bytes())
  }
}

/// What a client wants to watch.
struct WatchPlan: Sendable {
  var type: ResourceType
  var namespace: String
  var options: ObjectAPI.ListOptions
  var wantsBookmarks: Bool
  var wantsInitial: Bool
  var form: ReplyForm
  var include: TableRendering.Include

  /// Whether the client wants to see the object.
  func matches(_ object: JSONValue) -> Bool {
    options.labels.matches(object.labels) && options.fields.matches(object)
  }

  /// What happened as the client sees it: an object that a selector no longer matches is gone, one
  /// that it begins to match is new. Nil when it is none of the client's business.
  func kind(of event: StoreEvent, _ shown: JSONValue, previous: JSONValue?) -> StoreEvent.Kind? {
    if options.labels.requirements.isEmpty, options.fields.requirements.isEmpty {
      return event.kind
    }
    let was = previous.map(matches) ?? false
    if event.kind == .deleted { return was ? .deleted : nil }
    switch (was, matches(shown)) {
    case (true, true): return .modified
    case (false, true): return .added
    case (true, false): return .deleted
    case (false, false): return nil
    }
  }
}
