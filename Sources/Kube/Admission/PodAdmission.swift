import Documents

/// What a pod gets that nobody wrote: priority, a service account with its token, tolerations.
enum PodAdmission {
  /// `spec.priority` of the class that is named, or of the default one.
  static func priority(_ pod: inout JSONValue, _ api: ObjectAPI) throws(APIError) {
    let classes = api.objects("scheduling.k8s.io/priorityclasses")
    let wanted = pod.text("spec", "priorityClassName")
    let found =
      wanted.isEmpty
      ? classes.filter { $0.flag("globalDefault") }.min {
        ($0.number("value") ?? 0) < ($1.number("value") ?? 0)
      }
      : classes.first { $0.name == wanted }
    if !wanted.isEmpty && found == nil {
      throw APIError(
        403, "Forbidden",
        "pods \"\(pod.name)\" is forbidden: no PriorityClass with name \(wanted) was found")
    }
    if let found { pod.set("spec", "priorityClassName", to: .string(found.name)) }
    pod.set("spec", "priority", to: found?["value"] ?? 0)
    pod.setDefault(
      "spec", "preemptionPolicy", to: found?["preemptionPolicy"] ?? "PreemptLowerPriority")
  }

  private static let tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The account under which the pod runs, and a volume with its token, the cluster's authority and
  /// the namespace in every container.
  static func serviceAccount(_ pod: inout JSONValue, _ api: ObjectAPI) throws(APIError) {
    // Static pods belong to their node.
    if pod.annotations["kubernetes.io/config.mirror"] != nil { return }
    if pod.text("spec", "serviceAccountName").isEmpty {
      pod.set("spec", "serviceAccountName", to: "default")
    }
    let name = pod.text("spec", "serviceAccountName")
    pod.set("spec", "serviceAccount", to: .string(name))
    let key = ObjectKey("serviceaccounts", pod.namespace, name)
    guard let account = api.store.get(key)?.value else {
      throw APIError(
        403, "Forbidden",
        "pods \"\(pod.name)\" is forbidden: error looking up service account "
          + "\(pod.namespace)/\(name): serviceaccount \"\(name)\" not found")
    }
    if pod.list("spec", "imagePullSecrets").isEmpty,
      let secrets = account["imagePullSecrets"], secrets.array?.isEmpty == false
    {
      pod.set("spec", "imagePullSecrets", to: secrets)
    }
    let mounts =
      pod.at("spec", "automountServiceAccountToken")?.bool
      ?? account["automountServiceAccountToken"]?.bool ?? true
    if mounts { addToken(&pod, api) }
  }

  private static func addToken(_ pod: inout JSONValue, _ api: ObjectAPI) {
    let volume = api.generatedName("kube-api-access-")
    var isUsed = false
    for list in ["initContainers", "containers"] {
      guard let containers = pod.at("spec", list)?.array else { continue }
      pod.set(
        "spec", list,
        to: .array(
          containers.map { container in
            let mounts = container.list("volumeMounts")
            guard !mounts.contains(where: { $0.text("mountPath") == tokenPath }) else {
              return container
            }
            isUsed = true
            var container = container
            container["volumeMounts"] = .array(
              mounts + [
                [
                  "name": .string(volume), "readOnly": true, "mountPath": .string(tokenPath),
                ]
              ])
            return container
          }))
    }
    guard isUsed else { return }
    let projection: JSONValue = [
      "name": .string(volume),
      "projected": [
        "sources": [
          ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
          [
            "configMap": [
              "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
            ]
          ],
          [
            "downwardAPI": [
              "items": [
                [
                  "path": "namespace",
                  "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"],
                ]
              ]
            ]
          ],
        ],
        "defaultMode": 420,
      ],
    ]
    pod.set("spec", "volumes", to: .array(pod.list("spec", "volumes") + [projection]))
  }

  /// Five minutes of patience with a node that is not ready or not to be reached.
  static func tolerations(_ pod: inout JSONValue) {
    var all = pod.list("spec", "tolerations")
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
      let isSaid = all.contains { toleration in
        let effect = toleration.text("effect")
        let name = toleration.text("key")
        return (effect.isEmpty || effect == "NoExecute")
          && (name == key || name.isEmpty && toleration.text("operator") == "Exists")
      }
      if isSaid { continue }
      all.append([
        "key": .string(key), "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": 300,
      ])
    }
    pod.set("spec", "tolerations", to: .array(all))
  }

  /// Defaults that pods have and templates do not.
  static func defaults(_ pod: inout JSONValue) {
    pod.setDefault("spec", "enableServiceLinks", to: true)
  }
}
