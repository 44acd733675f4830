import Documents
import Support

/// What a controller sees of a cluster: all objects at one moment, and the time. Controllers decide
/// by it and by nothing else, so that a test can show them any cluster it likes.
package struct ClusterView: Sendable {
  /// The time, in nanoseconds since 1970.
  package let now: Int64
  /// What the controller asked to be reminded of when it last looked at this object.
  package var memory: AutoscalerMemory?
  private let list: @Sendable (String, String) -> [JSONValue]
  private let find: @Sendable (ObjectKey) -> JSONValue?

  /// The objects of a store as they are, and what the pods use.
  package init(_ store: Store, metrics: MetricsBook = MetricsBook(), now: Int64) {
    self.now = now
    list = { bucket, namespace in
      bucket == MetricsBook.pods
        ? metrics.pods(in: namespace, now: now) : store.unordered(bucket, namespace: namespace)
    }
    find = { store.get($0)?.value }
  }

  /// Objects at hand, for tests: by bucket.
  package init(_ objects: [String: [JSONValue]], now: Int64) {
    self.now = now
    list = { bucket, namespace in
      (objects[bucket] ?? []).filter { namespace.isEmpty || $0.namespace == namespace }
    }
    find = { key in
      objects[key.bucket]?.first { $0.name == key.name && $0.namespace == key.namespace }
    }
  }

  /// All objects of a resource, in one namespace or (empty) in all; in no order.
  package func objects(_ bucket: String, _ namespace: String = "") -> [JSONValue] {
    list(bucket, namespace)
  }

  /// One object.
  package func object(_ key: ObjectKey) -> JSONValue? { find(key) }

  /// One object.
  package func object(_ bucket: String, _ namespace: String, _ name: String) -> JSONValue? {
    find(ObjectKey(bucket, namespace, name))
  }

  /// The objects of a resource that an object manages, oldest first.
  package func owned(by owner: JSONValue, _ bucket: String) -> [JSONValue] {
    let uid = owner.uid
    return list(bucket, owner.namespace).filter { $0.controllerReference?.text("uid") == uid }
      .sorted { Self.age($0) < Self.age($1) }
  }

  private static func age(_ object: JSONValue) -> (String, String) {
    (object.text("metadata", "creationTimestamp"), object.name)
  }

  /// The time as metadata has it.
  package var timestamp: String { RFC3339.text(now / 1_000_000_000 * 1_000_000_000) }

  /// Seconds since an RFC 3339 time; nil when there is none.
  package func seconds(since time: String) -> Int? {
    RFC3339.nanoseconds(time).map { Int((now - $0) / 1_000_000_000) }
  }
}
