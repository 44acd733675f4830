import Documents
import Support

/// Deletes what belongs to something that is gone, and carries out the wishes that a deletion can
/// have: `Orphan` cuts the ties, `Foreground` waits for all that is owned.
package struct GarbageCollector: Controller {
  package let name = "garbage-collector"
  package let watches = [""]

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    if event.object.key.bucket == "events" { return [] }
    var keys: [ObjectKey] = []
    if !object.list("metadata", "ownerReferences").isEmpty { keys.append(event.object.key) }
    if object.isBeingDeleted || event.kind == .deleted {
      keys.append(event.object.key)
      keys += Self.dependents(of: object, view).map(\.key)
    }
    // An owner in the foreground waits for this one.
    if event.kind == .deleted {
      for owner in object.list("metadata", "ownerReferences") {
        if let (key, _) = Self.find(owner, of: object, view) { keys.append(key) }
      }
    }
    return keys
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let object = view.object(key) else { return plan }
    if object.isBeingDeleted { settle(object, key, view, &plan) }
    collect(object, key, view, &plan)
    return plan
  }

  /// An object that is being deleted and has wishes about what it owns.
  private func settle(
    _ object: JSONValue, _ key: ObjectKey, _ view: ClusterView, _ plan: inout Plan
  ) {
    let finalizers = object.list("metadata", "finalizers").compactMap(\.string)
    let dependents = Self.dependents(of: object, view)
    if finalizers.contains("orphan") {
      for (key, dependent) in dependents {
        var dependent = dependent
        let rest = dependent.list("metadata", "ownerReferences").filter {
          $0.text("uid") != object.uid
        }
        dependent.set("metadata", "ownerReferences", to: rest.isEmpty ? nil : .array(rest))
        plan.add(
          .update(bucket: key.bucket, dependent),
          Text(
            "\(object.name) goes and leaves what it owns",
            ko: "\(object.name)은(는) 소유한 객체를 남기고 삭제됩니다"))
      }
      drop("orphan", from: object, key, &plan)
    } else if finalizers.contains("foregroundDeletion") {
      let blocking = dependents.filter { _, dependent in
        dependent.list("metadata", "ownerReferences").contains {
          $0.text("uid") == object.uid && $0.flag("blockOwnerDeletion")
        }
      }
      for (key, dependent) in dependents where !dependent.isBeingDeleted {
        plan.add(
          .deleteInForeground(bucket: key.bucket, dependent),
          Text(
            "its owner \(object.name) is deleted in the foreground",
            ko: "소유자 \(object.name)이(가) 포그라운드로 삭제됩니다"))
      }
      if blocking.isEmpty { drop("foregroundDeletion", from: object, key, &plan) }
    }
  }

  private func drop(
    _ finalizer: String, from object: JSONValue, _ key: ObjectKey, _ plan: inout Plan
  ) {
    var object = object
    let rest = object.list("metadata", "finalizers").filter { $0.string != finalizer }
    object.set("metadata", "finalizers", to: rest.isEmpty ? nil : .array(rest))
    plan.add(
      .update(bucket: key.bucket, object),
      Text("nothing holds \(object.name) any more", ko: "\(object.name)을(를) 붙잡는 것이 더 없습니다"))
  }

  /// An object goes when none of its owners is there any more.
  private func collect(
    _ object: JSONValue, _ key: ObjectKey, _ view: ClusterView, _ plan: inout Plan
  ) {
    let owners = object.list("metadata", "ownerReferences")
    guard !owners.isEmpty, !object.isBeingDeleted else { return }
    let living = owners.filter { Self.find($0, of: object, view) != nil }
    guard living.isEmpty else { return }
    plan.add(
      .delete(bucket: key.bucket, object, owner: nil),
      Text(
        "its owner \(owners[0].text("kind")) \(owners[0].text("name")) is gone",
        ko: "소유자 \(owners[0].text("kind")) \(owners[0].text("name"))이(가) 없어졌습니다"))
  }

  /// The owner that a reference means, if it is there and the same.
  private static func find(_ reference: JSONValue, of object: JSONValue, _ view: ClusterView)
    -> (ObjectKey, JSONValue)?
  {
    let kind = reference.text("kind")
    let group = reference.text("apiVersion").split(separator: "/")
    let found = ResourceType.builtIn.first {
      $0.kind == kind && $0.storedAs == nil && $0.group == (group.count == 2 ? group[0] : "")
    }
    guard let type = found else {
      // An owner of a kind that we do not know may well be there.
      return (ObjectKey("", "", reference.text("name")), .null)
    }
    let key = ObjectKey(
      type.bucket, type.isNamespaced ? object.namespace : "", reference.text("name"))
    guard let owner = view.object(key), owner.uid == reference.text("uid") else { return nil }
    return (key, owner)
  }

  private static func dependents(of object: JSONValue, _ view: ClusterView) -> [(
    key: ObjectKey, value: JSONValue
  )] {
    var result: [(ObjectKey, JSONValue)] = []
    for type in ResourceType.builtIn
    where type.storedAs == nil && type.verbs.contains("delete") && type.bucket != "events"
      && (type.isNamespaced || object.namespace.isEmpty)
    {
      for candidate in view.objects(type.bucket, object.namespace) {
        let isOwned = candidate.list("metadata", "ownerReferences").contains {
          $0.text("uid") == object.uid
        }
        if isOwned {
          result.append((ObjectKey(type.bucket, candidate.namespace, candidate.name), candidate))
        }
      }
    }
    return result
  }
}
