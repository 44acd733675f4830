import Documents
import Support

/// Writes down how much of each quota is used. (Admission counts for itself; this is what people
/// read.)
package struct QuotaController: Controller {
  package let name = "resourcequota-controller"
  package let watches = [""]
  private static let counted = [
    "pods", "services", "configmaps", "secrets", "persistentvolumeclaims",
    "replicationcontrollers", "apps/deployments", "apps/replicasets", "apps/statefulsets",
    "apps/daemonsets", "batch/jobs", "batch/cronjobs", "networking.k8s.io/ingresses",
  ]

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let key = event.object.key
    if key.bucket == "resourcequotas" { return [key] }
    guard Self.counted.contains(key.bucket) else { return [] }
    return view.objects("resourcequotas", key.namespace).map {
      ObjectKey("resourcequotas", $0.namespace, $0.name)
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let quota = view.object(key) else { return plan }
    var used: [String: Quantity] = [:]
    let names = quota.at("spec", "hard")?.object?.keys ?? []
    for name in names { used[name] = Quantity(0) }
    for bucket in Self.counted + ["resourcequotas"] {
      for object in view.objects(bucket, quota.namespace)
      where QuotaUsage.applies(quota, to: object, bucket) {
        for (name, amount) in QuotaUsage.usage(of: object, bucket) {
          used[name] = used[name].map { $0 + amount }
        }
      }
    }
    var new = quota
    new.set("status", "hard", to: quota.at("spec", "hard"))
    new.set("status", "used", to: JSONValue(map: used.mapValues(\.description)))
    if new != quota {
      plan.add(
        .updateStatus(bucket: "resourcequotas", new),
        Text("the use of quota \(quota.name) has changed", ko: "쿼터 \(quota.name)의 사용량이 바뀌었습니다"))
    }
    return plan
  }
}
