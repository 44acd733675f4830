import Documents

extension Defaults {
  /// The defaults that depend on other fields.
  static let rules: [String: Rule] = [
    "core.PodSpec": podSpec,
    "core.Container": container,
    "core.EphemeralContainerCommon": container,
    "core.EphemeralContainer": container,
    "core.Volume": volume,
    "core.ServiceSpec": service,
    "core.Namespace": { $0.setDefault("spec", "finalizers", to: ["kubernetes"]) },
    "core.LimitRangeItem": limitRangeItem,
    "core.ReplicationController": replicationController,
    "core.ResourceRequirements": requestsFromLimits,
    "apps.DeploymentStrategy": rollingDeployment,
    "apps.DeploymentSpec": { $0.setDefault("strategy", to: strategyOfDeployments) },
    "apps.DaemonSetUpdateStrategy": rollingDaemonSet,
    "apps.StatefulSetSpec": statefulSet,
    "batch.JobSpec": job,
    "rbac.Subject": subject,
    "networking.NetworkPolicySpec": networkPolicy,
    "autoscaling2.HorizontalPodAutoscalerSpec": autoscaler,
    "autoscaling2.HorizontalPodAutoscalerBehavior": autoscalerBehavior,
    "apiextensions.CustomResourceDefinitionSpec": customResource,
  ]

  @Sendable private static func podSpec(_ spec: inout JSONValue) {
    if spec.flag("hostNetwork") {
      for list in ["containers", "initContainers"] {
        guard let containers = spec[list]?.array else { continue }
        spec[list] = .array(
          containers.map { container in
            guard let ports = container["ports"]?.array else { return container }
            var container = container
            container["ports"] = .array(
              ports.map { port in
                var port = port
                port.setDefault("hostPort", to: port["containerPort"] ?? 0)
                return port
              })
            return container
          })
      }
    }
    let account = spec.text("serviceAccountName")
    if !account.isEmpty { spec["serviceAccount"] = .string(account) }
    if account.isEmpty, let old = spec["serviceAccount"] { spec["serviceAccountName"] = old }
  }

  @Sendable private static func container(_ container: inout JSONValue) {
    let reference = container.text("image")
    // A digest says exactly which image; a tag that is missing means "latest".
    let last = reference.split(separator: "/").last ?? ""
    let isLatest = !reference.contains("@") && (!last.contains(":") || last.hasSuffix(":latest"))
    container.setDefault("imagePullPolicy", to: isLatest ? "Always" : "IfNotPresent")
    container.setDefault("resources", to: [:])
  }

  @Sendable private static func requestsFromLimits(_ resources: inout JSONValue) {
    guard let limits = resources["limits"]?.object else { return }
    for (name, limit) in limits { resources.setDefault("requests", name, to: limit) }
  }

  @Sendable private static func volume(_ volume: inout JSONValue) {
    if volume.object?.count == 1, volume["name"] != nil { volume["emptyDir"] = [:] }
  }

  @Sendable private static func service(_ spec: inout JSONValue) {
    let type = spec.text("type")
    if let ports = spec["ports"]?.array {
      spec["ports"] = .array(
        ports.map { port in
          var port = port
          let target = port["targetPort"]
          if target == nil || target == 0 || target == "" {
            port["targetPort"] = port["port"]
          }
          return port
        })
    }
    if spec.text("sessionAffinity") == "ClientIP" {
      spec.setDefault("sessionAffinityConfig", "clientIP", "timeoutSeconds", to: 10800)
    }
    if type != "ExternalName" { spec.setDefault("internalTrafficPolicy", to: "Cluster") }
    if type == "NodePort" || type == "LoadBalancer" {
      spec.setDefault("externalTrafficPolicy", to: "Cluster")
    }
    if type == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", to: true) }
  }

  @Sendable private static func limitRangeItem(_ item: inout JSONValue) {
    guard item.text("type") == "Container" else { return }
    for (name, value) in item["max"]?.object ?? [:] { item.setDefault("default", name, to: value) }
    for source in ["default", "min"] {
      for (name, value) in item[source]?.object ?? [:] {
        item.setDefault("defaultRequest", name, to: value)
      }
    }
  }

  @Sendable private static func replicationController(_ object: inout JSONValue) {
    let labels = object.at("spec", "template", "metadata", "labels")
    guard let labels, labels.object?.isEmpty == false else { return }
    if object.at("spec", "selector")?.object?.isEmpty ?? true {
      object.set("spec", "selector", to: labels)
    }
    object.setDefault("metadata", "labels", to: labels)
  }

  private static let strategyOfDeployments: JSONValue = [
    "type": "RollingUpdate",
    "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
  ]

  @Sendable private static func rollingDeployment(_ strategy: inout JSONValue) {
    if strategy.text("type").isEmpty { strategy["type"] = "RollingUpdate" }
    guard strategy.text("type") == "RollingUpdate" else { return }
    strategy.setDefault("rollingUpdate", "maxUnavailable", to: "25%")
    strategy.setDefault("rollingUpdate", "maxSurge", to: "25%")
  }

  @Sendable private static func rollingDaemonSet(_ strategy: inout JSONValue) {
    if strategy.text("type").isEmpty { strategy["type"] = "RollingUpdate" }
    guard strategy.text("type") == "RollingUpdate" else { return }
    strategy.setDefault("rollingUpdate", "maxUnavailable", to: 1)
    strategy.setDefault("rollingUpdate", "maxSurge", to: 0)
  }

  @Sendable private static func statefulSet(_ spec: inout JSONValue) {
    if spec.text("updateStrategy", "type").isEmpty {
      spec.set("updateStrategy", "type", to: "RollingUpdate")
    }
    if spec.text("updateStrategy", "type") == "RollingUpdate" {
      spec.setDefault("updateStrategy", "rollingUpdate", "partition", to: 0)
    }
    spec.setDefault("persistentVolumeClaimRetentionPolicy", "whenDeleted", to: "Retain")
    spec.setDefault("persistentVolumeClaimRetentionPolicy", "whenScaled", to: "Retain")
    if let claims = spec["volumeClaimTemplates"]?.array {
      spec["volumeClaimTemplates"] = .array(
        claims.map { claim in
          var claim = claim
          claim["apiVersion"] = "v1"
          claim["kind"] = "PersistentVolumeClaim"
          return claim
        })
    }
  }

  @Sendable private static func job(_ spec: inout JSONValue) {
    if spec["completions"] == nil && spec["parallelism"] == nil { spec["completions"] = 1 }
    spec.setDefault("parallelism", to: 1)
    // Where every index has a limit of its own, the job as a whole has none to speak of.
    if spec["backoffLimitPerIndex"] != nil, spec["backoffLimit"] == nil {
      spec["backoffLimit"] = .integer(Int64(Int32.max))
    }
    spec.setDefault(
      "podReplacementPolicy",
      to: spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
  }

  @Sendable private static func subject(_ subject: inout JSONValue) {
    if subject.text("kind") != "ServiceAccount" {
      subject.setDefault("apiGroup", to: "rbac.authorization.k8s.io")
    }
  }

  @Sendable private static func networkPolicy(_ spec: inout JSONValue) {
    guard spec["policyTypes"] == nil else { return }
    spec["policyTypes"] = spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
  }

  @Sendable private static func customResource(_ spec: inout JSONValue) {
    spec.setDefault("conversion", "strategy", to: "None")
    let kind = spec.text("names", "kind")
    if spec.text("names", "singular").isEmpty {
      spec.set("names", "singular", to: .string(kind.lowercased()))
    }
    if spec.text("names", "listKind").isEmpty {
      spec.set("names", "listKind", to: .string(kind + "List"))
    }
  }
}
