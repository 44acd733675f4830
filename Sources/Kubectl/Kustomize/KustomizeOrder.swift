import Documents

/// The order in which kustomize writes objects: what others need comes first.
enum KustomizeOrder {
  private static let first = [
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount",
    "PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap",
    "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume",
    "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
  ]
  private static let last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]

  static func sorted(_ objects: [JSONValue]) -> [JSONValue] {
    func place(_ object: JSONValue) -> Int {
      if let index = first.firstIndex(of: object.kind) { return index - first.count }
      return (last.firstIndex(of: object.kind) ?? -1) + 1
    }
    return objects.sorted { one, other in
      let (a, b) = (place(one), place(other))
      if a != b { return a < b }
      return (one.kind, one.namespace, one.name) < (other.kind, other.namespace, other.name)
    }
  }
}
