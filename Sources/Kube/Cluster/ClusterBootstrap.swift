import Documents
import Support

/// What a cluster has from its first moment: namespaces, roles, priorities, the service by which
/// pods find the API.
struct ClusterBootstrap {
  let api: ObjectAPI
  let network: ClusterNetwork
  let authority: String
  let port: Int

  /// Makes what is missing; may be repeated.
  func run() throws {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      try ensure("v1", "namespaces", "", name, [:])
    }
    try ensure(
      "v1", "configmaps", "kube-system", ServiceAccountController.authorityMap,
      [
        "metadata": [
          "annotations": [
            "kubernetes.io/description":
              "The certificate of the cluster's authority, by which the API server is known."
          ]
        ], "data": ["ca.crt": .string(authority)],
      ])
    for (name, value) in [
      ("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000),
    ] {
      try ensure(
        "scheduling.k8s.io/v1", "priorityclasses", "", name,
        ["value": .integer(Int64(value)), "description": "Used for parts of the system."])
    }
    try DefaultRoles.roles.forEach { name, labels, rules in
      try ensure(
        "rbac.authorization.k8s.io/v1", "clusterroles", "", name,
        ["metadata": ["labels": JSONValue(map: labels)], "rules": rules])
    }
    try DefaultRoles.bindings.forEach { name, subject in
      try ensure(
        "rbac.authorization.k8s.io/v1", "clusterrolebindings", "", name,
        [
          "metadata": ["labels": JSONValue(map: DefaultRoles.label)],
          "roleRef": [
            "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
            "name": .string(name),
          ],
          "subjects": [
            [
              "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": .string(subject),
            ]
          ],
        ])
    }
    try service()
  }

  private func service() throws {
    try ensure(
      "v1", "services", "default", "kubernetes",
      [
        "metadata": ["labels": ["component": "apiserver", "provider": "kubernetes"]],
        "spec": [
          "clusterIP": .string(network.apiAddress),
          "ports": [
            ["name": "https", "port": 443, "targetPort": .integer(Int64(port))]
          ],
        ],
      ])
    let address = "127.0.0.1"
    try ensure(
      "v1", "endpoints", "default", "kubernetes",
      [
        "metadata": ["labels": ["endpointslice.kubernetes.io/skip-mirror": "true"]],
        "subsets": [
          [
            "addresses": [["ip": .string(address)]],
            "ports": [["name": "https", "port": .integer(Int64(port)), "protocol": "TCP"]],
          ]
        ],
      ])
    try ensure(
      "discovery.k8s.io/v1", "endpointslices", "default", "kubernetes",
      [
        "metadata": ["labels": ["kubernetes.io/service-name": "kubernetes"]],
        "addressType": "IPv4",
        "endpoints": [["addresses": [.string(address)], "conditions": ["ready": true]]],
        "ports": [["name": "https", "port": .integer(Int64(port)), "protocol": "TCP"]],
      ])
  }

  private func ensure(
    _ groupVersion: String, _ plural: String, _ namespace: String, _ name: String,
    _ content: JSONValue
  ) throws {
    let parts = groupVersion.split(separator: "/").map(String.init)
    guard
      let type = api.registry.find(
        group: parts.count == 2 ? parts[0] : "", version: parts[parts.count - 1], plural: plural),
      api.find(type, namespace, name) == nil
    else { return }
    var object = content
    object["apiVersion"] = .string(groupVersion)
    object["kind"] = .string(type.kind)
    object.set("metadata", "name", to: .string(name))
    if type.isNamespaced { object.set("metadata", "namespace", to: .string(namespace)) }
    try api.create(type, namespace, object)
  }
}
