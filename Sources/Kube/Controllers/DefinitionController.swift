// Kinds that users define are served as soon as their definition is stored (CustomResources.swift); here the
// definition learns that: its names are accepted unless another one has them, and then it is established.
// When it is deleted, its objects go first.

import Documents
import Support

/// Keeps the status of CustomResourceDefinitions, and takes their objects along when they go.
package struct DefinitionController: Controller {
  package let name = "customresourcedefinition-controller"
  /// Every resource: the last object of a definition may be of any.
  package let watches = [""]
  private static let cleanup = "customresourcecleanup.apiextensions.k8s.io"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let key = event.object.key
    if key.bucket == CustomResources.bucket {
      let group = event.object.value.text("spec", "group")
      // Names that become free are there for others.
      return [key]
        + view.objects(CustomResources.bucket).filter {
          $0.name != key.name && $0.text("spec", "group") == group
        }.map { ObjectKey(CustomResources.bucket, "", $0.name) }
    }
    guard event.kind == .deleted else { return [] }
    return view.objects(CustomResources.bucket).filter {
      $0.isBeingDeleted && Self.bucket($0) == key.bucket
    }.map { ObjectKey(CustomResources.bucket, "", $0.name) }
  }

  /// Where the objects of a definition are kept.
  private static func bucket(_ definition: JSONValue) -> String {
    "\(definition.text("spec", "group"))/\(definition.text("spec", "names", "plural"))"
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let definition = view.object(key) else { return plan }
    if definition.isBeingDeleted {
      clean(definition, view, &plan)
      return plan
    }
    var new = definition
    let finalizers = definition.list("metadata", "finalizers")
    if !finalizers.contains(.string(Self.cleanup)) {
      new.set("metadata", "finalizers", to: .array(finalizers + [.string(Self.cleanup)]))
      plan.add(
        .update(bucket: CustomResources.bucket, new),
        Text("its objects go before it", ko: "객체가 먼저 지워져야 합니다"))
    }
    let problem = conflict(definition, view)
    Conditions.set(
      &new, "NamesAccepted", status: problem == nil, reason: problem?.reason ?? "NoConflicts",
      message: problem?.message ?? "no conflicts found", now: view.timestamp)
    if problem == nil {
      new.set("status", "acceptedNames", to: definition.at("spec", "names"))
      Conditions.set(
        &new, "Established", status: true, reason: "InitialNamesAccepted",
        message: "the initial names have been accepted", now: view.timestamp)
    } else if !definition.isCondition("Established") {
      new.setDefault("status", "acceptedNames", to: ["kind": "", "plural": ""])
      Conditions.set(
        &new, "Established", status: false, reason: "NotAccepted",
        message: "not all names are accepted", now: view.timestamp)
    }
    var stored = definition.list("status", "storedVersions")
    for version in definition.list("spec", "versions") where version.flag("storage") {
      if let name = version["name"], !stored.contains(name) { stored.append(name) }
    }
    new.set("status", "storedVersions", to: .array(stored))
    if new["status"] != definition["status"] {
      plan.add(
        .updateStatus(bucket: CustomResources.bucket, new),
        problem.map { Text($0.message, ko: $0.message) }
          ?? Text("nobody else has its names", ko: "이름이 겹치지 않습니다"))
    }
    return plan
  }

  /// Another definition of the group that was there before and has one of the names.
  private func conflict(_ definition: JSONValue, _ view: ClusterView)
    -> (reason: String, message: String)?
  {
    func names(_ object: JSONValue) -> Set<String> {
      let names = object.at("spec", "names") ?? [:]
      return Set(
        [names.text("plural"), names.text("singular")]
          + names.list("shortNames").compactMap(\.string)
      ).subtracting([""])
    }
    let others = view.objects(CustomResources.bucket).filter {
      $0.name != definition.name && $0.isCondition("NamesAccepted")
        && $0.text("spec", "group") == definition.text("spec", "group")
    }
    for other in others.sorted(by: { $0.name < $1.name }) {
      if let taken = names(definition).intersection(names(other)).min() {
        return ("NameConflict", "\"\(taken)\" is already in use")
      }
      let kind = definition.text("spec", "names", "kind")
      if kind == other.text("spec", "names", "kind") {
        return ("KindConflict", "\"\(kind)\" is already in use")
      }
    }
    return nil
  }

  private func clean(_ definition: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    let bucket = Self.bucket(definition)
    let objects = view.objects(bucket)
    for object in objects where !object.isBeingDeleted {
      plan.add(
        .delete(bucket: bucket, object, owner: nil),
        Text("its definition is being deleted", ko: "정의가 지워지고 있습니다"))
    }
    guard objects.isEmpty else { return }
    let finalizers = definition.list("metadata", "finalizers")
    guard finalizers.contains(.string(Self.cleanup)) else { return }
    var new = definition
    new.set(
      "metadata", "finalizers", to: .array(finalizers.filter { $0 != .string(Self.cleanup) }))
    plan.add(
      .update(bucket: CustomResources.bucket, new),
      Text("none of its objects is left", ko: "남은 객체가 없습니다"))
  }
}
