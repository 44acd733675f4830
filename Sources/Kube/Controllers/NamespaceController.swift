import Documents
import Support

/// Empties namespaces that are to go, then lets them go.
package struct NamespaceController: Controller {
  package let name = "namespace-controller"
  package let watches = [""]

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let key = event.object.key
    if key.bucket == "namespaces" { return [key] }
    // The last object to go opens the way.
    guard event.kind == .deleted, !key.namespace.isEmpty,
      view.object("namespaces", "", key.namespace)?.isBeingDeleted == true
    else { return [] }
    return [ObjectKey("namespaces", "", key.namespace)]
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let namespace = view.object(key), namespace.isBeingDeleted else { return plan }
    var left = 0
    for type in ResourceType.builtIn
    where type.isNamespaced && type.storedAs == nil && type.verbs.contains("delete") {
      for object in view.objects(type.bucket, namespace.name) {
        left += 1
        if object.isBeingDeleted { continue }
        plan.add(
          .delete(bucket: type.bucket, object, owner: nil),
          Text(
            "namespace \(namespace.name) is being deleted",
            ko: "네임스페이스 \(namespace.name)이(가) 삭제되고 있습니다"))
      }
    }
    if left == 0 {
      plan.add(
        .finalize(namespace),
        Text(
          "namespace \(namespace.name) is empty", ko: "네임스페이스 \(namespace.name)이(가) 비었습니다"))
    } else {
      plan.lookAgain(after: 1)
    }
    return plan
  }
}
