import Documents
import Support

/// What a cluster has from its first moment: namespaces, roles, priorities, the service by which
/// pods find the API.
struct ClusterBootstrap {
  let api: ObjectAPI
  let network: ClusterNetwork
  let authority: String
  /// Of the certificate that the API server shows to servers that serve a part of the API.
  var frontProxyAuthority = ""

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
    try roles()
    for type in api.registry.all {
      let local = APIServiceController.local(type.group, type.version)
      try ensure("apiregistration.k8s.io/v1", "apiservices", "", local.name, local)
    }
    try services()
    if !frontProxyAuthority.isEmpty { try extensionServers() }
  }

  /// What a server that serves a part of the API must know to believe the API server, and who may read it.
  private func extensionServers() throws {
    let name = "extension-apiserver-authentication"
    try ensure(
      "v1", "configmaps", "kube-system", name,
      [
        "data": [
          "client-ca-file": .string(authority),
          "requestheader-client-ca-file": .string(frontProxyAuthority),
          "requestheader-allowed-names": "[\"front-proxy-client\"]",
          "requestheader-username-headers": "[\"X-Remote-User\"]",
          "requestheader-group-headers": "[\"X-Remote-Group\"]",
          "requestheader-extra-headers-prefix": "[\"X-Remote-Extra-\"]",
        ]
      ])
    try ensure(
      "rbac.authorization.k8s.io/v1", "roles", "kube-system", "\(name)-reader",
      [
        "metadata": ["labels": JSONValue(map: DefaultRoles.label)],
        "rules": [
          [
            "apiGroups": [""], "resources": ["configmaps"], "resourceNames": [.string(name)],
            "verbs": ["get", "list", "watch"],
          ]
        ],
      ])
    try ensure(
      "rbac.authorization.k8s.io/v1", "clusterroles", "", "system:auth-delegator",
      [
        "metadata": ["labels": JSONValue(map: DefaultRoles.label)],
        "rules": [
          [
            "apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"],
            "verbs": ["create"],
          ],
          [
            "apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"],
            "verbs": ["create"],
          ],
        ],
      ])
  }

  /// The roles that every cluster has. One that an older version made becomes what it is today, unless
  /// its owner has annotated it otherwise.
  private func roles() throws {
    let groupVersion = "\(DefaultRoles.group)/v1"
    for (name, labels, rules) in DefaultRoles.roles {
      let wanted: JSONValue = [
        "metadata": [
          "labels": JSONValue(map: labels), "annotations": JSONValue(map: DefaultRoles.updates),
        ], "rules": rules,
      ]
      try ensure(groupVersion, "clusterroles", "", name, wanted)
      try reconcile("clusterroles", name) { DefaultRoles.reconciled(role: $0, wanted) }
    }
    for (name, subject) in DefaultRoles.bindings {
      let group = JSONValue.string(DefaultRoles.group)
      let wanted: JSONValue = [
        "metadata": [
          "labels": JSONValue(map: DefaultRoles.label),
          "annotations": JSONValue(map: DefaultRoles.updates),
        ],
        "roleRef": ["apiGroup": group, "kind": "ClusterRole", "name": .string(name)],
        "subjects": [["apiGroup": group, "kind": "Group", "name": .string(subject)]],
      ]
      try ensure(groupVersion, "clusterrolebindings", "", name, wanted)
      try reconcile("clusterrolebindings", name) { DefaultRoles.reconciled(binding: $0, wanted) }
    }
  }

  private func reconcile(
    _ plural: String, _ name: String, _ change: (JSONValue) -> JSONValue
  ) throws {
    guard let type = api.registry.find(group: DefaultRoles.group, version: "v1", plural: plural),
      let old = api.find(type, "", name), change(old) != old
    else { return }
    var options = WriteOptions()
    options.isJudged = false
    try api.change(type, "", name, options, change)
  }

  /// The services of the cluster itself. No pods stand behind them: both listen at the gateway.
  private func services() throws {
    try service(
      "default", "kubernetes", ["component": "apiserver", "provider": "kubernetes"],
      address: network.apiAddress,
      [
        [
          "name": "https", "protocol": "TCP", "port": 443,
          "targetPort": .integer(Int64(ClusterNetwork.apiPort)),
        ]
      ])
    try service(
      "kube-system", ClusterDNSMain.name,
      [
        "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
      ], address: network.dnsAddress,
      [
        ["name": "dns", "protocol": "UDP", "port": 53, "targetPort": 53],
        ["name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": 53],
      ])
  }

  private func service(
    _ namespace: String, _ name: String, _ labels: [String: String], address: String,
    _ ports: [JSONValue]
  ) throws {
    try ensure(
      "v1", "services", namespace, name,
      [
        "metadata": ["labels": JSONValue(map: labels)],
        "spec": ["clusterIP": .string(address), "ports": .array(ports)],
      ])
    let targets = ports.map { port -> JSONValue in
      [
        "name": port["name"] ?? "", "port": port["targetPort"] ?? 0,
        "protocol": port["protocol"] ?? "TCP",
      ]
    }
    try ensure(
      "v1", "endpoints", namespace, name,
      [
        "metadata": ["labels": ["endpointslice.kubernetes.io/skip-mirror": "true"]],
        "subsets": [
          ["addresses": [["ip": .string(network.gateway)]], "ports": .array(targets)]
        ],
      ])
    try ensure(
      "discovery.k8s.io/v1", "endpointslices", namespace, name,
      [
        "metadata": ["labels": ["kubernetes.io/service-name": .string(name)]],
        "addressType": "IPv4",
        "endpoints": [
          ["addresses": [.string(network.gateway)], "conditions": ["ready": true]]
        ],
        "ports": .array(targets),
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
    var options = WriteOptions()
    options.isJudged = false
    try api.create(type, namespace, object, options)
  }
}
