import Documents

/// The cluster roles that every cluster has, and who has them.
enum DefaultRoles {
  static let label = ["kubernetes.io/bootstrapping": "rbac-defaults"]

  private static func rule(_ groups: [String], _ resources: [String], _ verbs: [String])
    -> JSONValue
  {
    [
      "apiGroups": .array(groups.map(JSONValue.string)),
      "resources": .array(resources.map(JSONValue.string)),
      "verbs": .array(verbs.map(JSONValue.string)),
    ]
  }

  private static let read = ["get", "list", "watch"]
  private static let write = [
    "create", "delete", "deletecollection", "patch", "update",
  ]

  /// What people work with in a namespace, by group.
  private static let workloads: [([String], [String])] = [
    (
      [""],
      [
        "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers",
        "replicationcontrollers/scale", "serviceaccounts", "services",
      ]
    ),
    (
      ["apps"],
      [
        "daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale",
        "statefulsets", "statefulsets/scale",
      ]
    ),
    (["autoscaling"], ["horizontalpodautoscalers"]), (["batch"], ["cronjobs", "jobs"]),
    (["networking.k8s.io"], ["ingresses", "networkpolicies"]),
    (["policy"], ["poddisruptionbudgets"]),
  ]
  private static let onlyRead: [JSONValue] = [
    rule(
      [""],
      [
        "bindings", "endpoints", "events", "limitranges", "namespaces", "namespaces/status",
        "pods/log",
        "pods/status", "resourcequotas", "resourcequotas/status", "services/status",
      ], read),
    rule(["apps"], ["controllerrevisions", "deployments/status", "replicasets/status"], read),
    rule(["events.k8s.io"], ["events"], read),
    // Who could write them could send a service's clients anywhere.
    rule(["discovery.k8s.io"], ["endpointslices"], read),
    rule([MetricsBook.group], ["nodes", "pods"], read),
  ]

  private static let view: [JSONValue] = workloads.map { rule($0.0, $0.1, read) } + onlyRead
  private static let edit: [JSONValue] =
    view + workloads.map { rule($0.0, $0.1, write) } + [
      rule([""], ["secrets"], read + write),
      rule(
        [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"],
        ["get", "create", "list", "watch"] + write), rule([""], ["pods/eviction"], ["create"]),
      rule([""], ["serviceaccounts/token"], ["create"]),
      rule(["coordination.k8s.io"], ["leases"], read + write),
      rule([""], ["serviceaccounts"], ["impersonate"]),
    ]
  private static let admin: [JSONValue] =
    edit + [
      rule(["rbac.authorization.k8s.io"], ["rolebindings", "roles"], read + write),
      rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"]),
    ]

  private static func aggregate(_ word: String) -> [String: String] {
    label.merging(["rbac.authorization.k8s.io/aggregate-to-\(word)": "true"]) { $1 }
  }

  static let roles: [(String, [String: String], JSONValue)] = [
    (
      "cluster-admin", label,
      [rule(["*"], ["*"], ["*"]), ["nonResourceURLs": ["*"], "verbs": ["*"]]]
    ),
    ("admin", label, .array(admin)), ("edit", aggregate("admin"), .array(edit)),
    ("view", aggregate("edit"), .array(view)),
    (
      "system:discovery", label,
      [
        [
          "nonResourceURLs": [
            "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
            "/readyz", "/version", "/version/",
          ], "verbs": ["get"],
        ]
      ]
    ),
    (
      "system:basic-user", label,
      [
        rule(
          ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
          ["create"]), rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
      ]
    ),
    (
      "system:service-account-issuer-discovery", label,
      [
        [
          "nonResourceURLs": [
            "/.well-known/openid-configuration", "/.well-known/openid-configuration/",
            "/openid/v1/jwks", "/openid/v1/jwks/",
          ], "verbs": ["get"],
        ]
      ]
    ),
  ]

  static let bindings = [
    ("cluster-admin", "system:masters"), ("system:discovery", "system:authenticated"),
    ("system:basic-user", "system:authenticated"),
    ("system:service-account-issuer-discovery", "system:serviceaccounts"),
  ]
}
