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
    let before = event.previous?.value.list("metadata", "ownerReferences") ?? []
    let owners = object.list("metadata", "ownerReferences")
    if event.kind == .deleted || !before.isEmpty && before != owners {
      for owner in before + owners {
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
        release(dependent, key, from: [object.uid], &plan)
      }
      drop("orphan", from: object, key, &plan)
    } else if finalizers.contains("foregroundDeletion") {
      let blocking = dependents.filter { _, dependent in
        !Self.hasOther(than: object, dependent, view)
          && dependent.list("metadata", "ownerReferences").contains {
            $0.text("uid") == object.uid && $0.flag("blockOwnerDeletion")
          }
      }
      for (key, dependent) in dependents where !dependent.isBeingDeleted {
        if Self.hasOther(than: object, dependent, view) {
          release(dependent, key, from: [object.uid], &plan)
          continue
        }
        plan.add(
          .deleteInForeground(bucket: key.bucket, dependent),
          Text(
            "its owner \(object.name) is deleted in the foreground",
            ko: "소유자 \(object.name)이(가) 포그라운드로 삭제됩니다"))
      }
      if blocking.isEmpty { drop("foregroundDeletion", from: object, key, &plan) }
    }
  }

  /// Cuts the ties between an object and owners that are going or gone.
  private func release(
    _ dependent: JSONValue, _ key: ObjectKey, from owners: Set<String>, _ plan: inout Plan
  ) {
    var object = dependent
    let rest = object.list("metadata", "ownerReferences").filter {
      !owners.contains($0.text("uid"))
    }
    object.set("metadata", "ownerReferences", to: rest.isEmpty ? nil : .array(rest))
    plan.add(
      .update(bucket: key.bucket, object),
      Text(
        "\(object.name) stays without an owner that goes",
        ko: "사라지는 소유자와 관계없이 \(object.name)은(는) 남습니다"))
  }

  /// Whether an object has an owner besides `owner` that is there and waits for nobody.
  private static func hasOther(
    than owner: JSONValue, _ object: JSONValue, _ view: ClusterView
  ) -> Bool {
    object.list("metadata", "ownerReferences").contains { reference in
      guard reference.text("uid") != owner.uid, let (_, other) = find(reference, of: object, view)
      else { return false }
      return !other.list("metadata", "finalizers").contains("foregroundDeletion")
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
    let gone = owners.filter { Self.find($0, of: object, view) == nil }
    guard !gone.isEmpty else { return }
    guard gone.count == owners.count else {
      release(object, key, from: Set(gone.map { $0.text("uid") }), &plan)
      return
    }
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
