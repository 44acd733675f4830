import Documents
import Support

/// Gives every namespace its service account `default` and the certificate of the cluster's
/// authority, by which pods know the API server.
package struct ServiceAccountController: Controller {
  package let name = "serviceaccount-controller"
  package let watches = ["namespaces", "serviceaccounts", "configmaps"]
  static let authorityMap = "kube-root-ca.crt"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let key = event.object.key
    if key.bucket == "namespaces" { return [key] }
    guard ["default", Self.authorityMap].contains(key.name),
      event.kind == .deleted || key.bucket == "configmaps"
    else { return [] }
    return [ObjectKey("namespaces", "", key.namespace)]
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let namespace = view.object(key), !namespace.isBeingDeleted else { return plan }
    if view.object("serviceaccounts", namespace.name, "default") == nil {
      plan.add(
        .create(
          bucket: "serviceaccounts",
          [
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": ["name": "default", "namespace": .string(namespace.name)],
          ], owner: nil),
        Text(
          "every namespace has a service account `default`",
          ko: "모든 네임스페이스에는 서비스어카운트 `default`가 있습니다"))
    }
    // The original lies in kube-system, where the server puts it.
    let original = view.object("configmaps", "kube-system", Self.authorityMap)
    if let original, view.object("configmaps", namespace.name, Self.authorityMap) == nil {
      plan.add(
        .create(
          bucket: "configmaps",
          [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
              "name": .string(Self.authorityMap), "namespace": .string(namespace.name),
              "annotations": original.at("metadata", "annotations") ?? [:],
            ], "data": original["data"] ?? [:],
          ], owner: nil),
        Text(
          "pods need the certificate of the cluster's authority",
          ko: "파드에는 클러스터 인증 기관의 인증서가 필요합니다"))
    }
    if let original, var copy = view.object("configmaps", namespace.name, Self.authorityMap),
      copy["data"] != original["data"]
    {
      copy["data"] = original["data"]
      plan.add(
        .update(bucket: "configmaps", copy),
        Text(
          "somebody changed the certificate of the cluster's authority",
          ko: "누군가 클러스터 인증 기관의 인증서를 바꾸었습니다"))
    }
    return plan
  }
}
