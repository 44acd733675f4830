import Documents

extension ObjectAPI {
  /// One object. Throws 404.
  package func get(_ type: ResourceType, _ namespace: String, _ name: String) throws -> JSONValue {
    try view(try stored(type, namespace, name), as: type)
  }

  /// One object if it is there.
  package func find(_ type: ResourceType, _ namespace: String, _ name: String) -> JSONValue? {
    store.get(key(type, namespace, name)).flatMap { try? view($0, as: type) }
  }

  /// All objects of a resource, in one namespace or (empty) in all, as controllers read them.
  package func objects(_ bucket: String, namespace: String = "") -> [JSONValue] {
    store.list(bucket, namespace: namespace).objects.map(\.value)
  }

  func stored(_ type: ResourceType, _ namespace: String, _ name: String) throws -> StoredObject {
    guard let object = store.get(key(type, namespace, name)) else {
      throw APIError.notFound(type, name)
    }
    return object
  }

  /// What a list is asked for.
  package struct ListOptions: Sendable {
    package var labels = LabelSelector.everything
    package var fields = FieldSelector.everything
    /// At most so many objects; 0 means all.
    package var limit = 0
    package var continuation = ""
    package var resourceVersion = ""
    package var resourceVersionMatch = ""

    package init() {}
  }

  /// A part of a list, and how to get the next.
  package struct Page: Sendable {
    package var objects: [StoredObject]
    package var revision: Int64
    package var continuation = ""
    package var remaining: Int?
  }

  /// The objects that are asked for. Throws 410 when a page is asked for whose list is forgotten.
  package func list(_ type: ResourceType, _ namespace: String, _ options: ListOptions) throws
    -> Page
  {
    var start: ObjectKey?
    var all: [StoredObject]
    var revision: Int64
    if !options.continuation.isEmpty {
      let token = try ContinueToken(parsing: options.continuation)
      start = token.start
      (all, revision) = try list(from: token, type, namespace)
    } else {
      (all, revision) = try snapshot(type, namespace, options)
    }
    if let start { all.removeAll { $0.key < start } }
    if !options.labels.requirements.isEmpty {
      all.removeAll { !options.labels.matches($0.value.labels) }
    }
    if !options.fields.requirements.isEmpty {
      let shown = try views(all, as: type)
      all = zip(all, shown).filter { options.fields.matches($1) }.map(\.0)
    }
    guard options.limit > 0, all.count > options.limit else {
      return Page(objects: all, revision: revision)
    }
    let token = ContinueToken(revision: revision, start: all[options.limit].key)
    let isFiltered =
      !options.labels.requirements.isEmpty || !options.fields.requirements.isEmpty
    return Page(
      objects: Array(all.prefix(options.limit)), revision: revision, continuation: token.text,
      remaining: isFiltered ? nil : all.count - options.limit)
  }

  /// All objects as they were when the list began, or as they are now for who has been told that the
  /// list is forgotten and goes on nevertheless.
  private func list(from token: ContinueToken, _ type: ResourceType, _ namespace: String) throws
    -> ([StoredObject], Int64)
  {
    guard token.revision > 0 else {
      let current = store.list(type.bucket, namespace: namespace)
      return (current.objects, current.revision)
    }
    do {
      return (
        try store.list(type.bucket, namespace: namespace, at: token.revision), token.revision
      )
    } catch StoreError.compacted {
      var error = APIError.expired(
        "The provided continue parameter is too old to display a consistent list result. You can "
          + "start a new list without the continue parameter, or use the continue token in this "
          + "response to retrieve the remainder of the results, which may be inconsistent.")
      error.continuation = ContinueToken(revision: -1, start: token.start).text
      throw error
    }
  }

  private func snapshot(_ type: ResourceType, _ namespace: String, _ options: ListOptions) throws
    -> ([StoredObject], Int64)
  {
    let current = store.list(type.bucket, namespace: namespace)
    guard !options.resourceVersion.isEmpty, options.resourceVersion != "0" else {
      return (current.objects, current.revision)
    }
    guard let wanted = Int64(options.resourceVersion) else {
      throw APIError.badRequest(
        "Invalid value: \"\(options.resourceVersion)\": strconv.ParseUint: "
          + "parsing \"\(options.resourceVersion)\": invalid syntax")
    }
    guard wanted <= current.revision else {
      var error = APIError(
        504, "Timeout",
        "Too large resource version: \(wanted), current: \(current.revision)")
      error.causes = [.init("ResourceVersionTooLarge", "Too large resource version", field: "")]
      error.retryAfterSeconds = 1
      throw error
    }
    guard options.resourceVersionMatch == "Exact" else {
      return (current.objects, current.revision)
    }
    do {
      return (try store.list(type.bucket, namespace: namespace, at: wanted), wanted)
    } catch StoreError.compacted {
      throw APIError.expired("The resourceVersion for the provided list is too old.")
    }
  }
}

/// Where the next page of a list begins, and of which revision it is.
struct ContinueToken {
  var revision: Int64
  var start: ObjectKey

  init(revision: Int64, start: ObjectKey) {
    self.revision = revision
    self.start = start
  }

  init(parsing text: String) throws(APIError) {
    guard let bytes = Base64.decode(text), let value = try? JSONValue.parse(bytes),
      let revision = value.number("rv"), let start = ObjectKey(path: value.text("start"))
    else { throw .badRequest("continue key is not valid: unable to decode it") }
    self.revision = Int64(revision)
    self.start = start
  }

  var text: String {
    let value: JSONValue = [
      "v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string(start.path),
    ]
    return Base64.encode(value.bytes(), isURL: true)
  }
}
