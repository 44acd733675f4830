import Documents

/// Where an object is kept: the resource, the namespace (empty for the whole cluster) and the name.
package struct ObjectKey: Sendable, Hashable {
  package var bucket: String
  package var namespace: String
  package var name: String

  package init(_ bucket: String, _ namespace: String, _ name: String) {
    self.bucket = bucket
    self.namespace = namespace
    self.name = name
  }

  /// The key as etcd would hold it: `/registry/pods/default/web`.
  package var path: String {
    "/registry/\(bucket)/" + (namespace.isEmpty ? name : "\(namespace)/\(name)")
  }

  /// Reads a path back. A group with a slash of its own has a dot in its first part.
  package init?(path: String) {
    var parts = path.split(separator: "/").map(String.init)
    guard parts.count >= 3, parts.removeFirst() == "registry" else { return nil }
    var bucket = parts.removeFirst()
    if Self.isGroup(bucket), parts.count >= 2 { bucket += "/" + parts.removeFirst() }
    guard (1...2).contains(parts.count) else { return nil }
    self.init(bucket, parts.count == 2 ? parts[0] : "", parts[parts.count - 1])
  }

  private static func isGroup(_ text: String) -> Bool {
    text.contains(".") || ["apps", "batch", "autoscaling", "policy"].contains(text)
  }
}

extension ObjectKey: Comparable {
  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.bucket, left.namespace, left.name) < (right.bucket, right.namespace, right.name)
  }
}

/// An object at one revision. Immutable, shared by everybody who reads it.
package final class StoredObject: Sendable {
  package let key: ObjectKey
  /// The revision of the store at which the object got this form.
  package let revision: Int64
  package let value: JSONValue
  /// The value as JSON, its `resourceVersion` included: what is stored is what is served.
  package let bytes: [UInt8]

  init(key: ObjectKey, revision: Int64, value: JSONValue, bytes: [UInt8]) {
    self.key = key
    self.revision = revision
    self.value = value
    self.bytes = bytes
  }
}

/// Something that happened to an object.
package struct StoreEvent: Sendable {
  /// What happened.
  package enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  package let kind: Kind
  package let revision: Int64
  /// The object; of a deleted one its last form, with the revision of the deletion.
  package let object: StoredObject
  /// The form before.
  package let previous: StoredObject?
}
