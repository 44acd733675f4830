import Documents

/// The shorthand in which the built-in resources are described.
struct ResourceBuilder {
  var types: [ResourceType] = []

  /// Adds a resource. `options` are words: `cluster` (no namespace), `status` and `scale` (those
  /// subresources), `generation`, `all` (the category), `create` (can only be created).
  mutating func add(
    _ groupVersion: String, _ plural: String, _ kind: String, _ message: String,
    short: [String] = [], options: Set<String> = [], fields: [String] = [],
    columns: [Column] = TableColumns.roles, subresources: [Subresource] = [],
    _ adjust: (inout ResourceType) -> Void = { _ in }
  ) {
    var type = ResourceType(
      groupVersion, plural, kind, message: Schema.builtIn.message("\(message).\(kind)"))
    type.shortNames = short
    type.isNamespaced = !options.contains("cluster")
    type.hasGeneration = options.contains("generation")
    if options.contains("all") { type.categories = ["all"] }
    if options.contains("create") { type.verbs = ["create"] }
    if options.contains("scale") { type.subresources.append(.scale) }
    if options.contains("status") { type.subresources.append(.status(kind)) }
    type.subresources += subresources
    type.fieldLabels = fields
    type.columns = columns
    type.validate = Validators.validator(for: kind, group: type.group)
    adjust(&type)
    types.append(type)
  }
}

extension ResourceType {
  /// Every resource that is there without custom definitions; made when first asked for.
  package static let builtIn: [ResourceType] = {
    var builder = ResourceBuilder()
    builder.addCore()
    builder.addWorkloads()
    builder.addNetworking()
    builder.addAccess()
    builder.addCluster()
    builder.addMetrics()
    return builder.types
  }()
}

extension ResourceBuilder {
  fileprivate mutating func addCore() {
    add("v1", "bindings", "Binding", "core", options: ["create"])
    add(
      "v1", "componentstatuses", "ComponentStatus", "core", short: ["cs"], options: ["cluster"],
      columns: [
        TableColumns.name,
        Column("Status") { object, _ in
          .string(
            object.isCondition("Healthy")
              || object.list("conditions").contains {
                $0.text("type") == "Healthy" && $0.text("status") == "True"
              } ? "Healthy" : "Unhealthy")
        },
        Column("Message") { object, _ in
          .string(object.list("conditions").first?.text("message") ?? "")
        },
        Column("Error") { object, _ in
          .string(object.list("conditions").first?.text("error") ?? "")
        },
      ]
    ) {
      $0.verbs = ["get", "list"]
      $0.warning = "v1 ComponentStatus is deprecated in v1.19+"
    }
    add("v1", "configmaps", "ConfigMap", "core", short: ["cm"], columns: TableColumns.configMaps)
    add("v1", "endpoints", "Endpoints", "core", short: ["ep"], columns: TableColumns.endpoints)
    add(
      "v1", "events", "Event", "core", short: ["ev"],
      fields: [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
        "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
        "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
      ], columns: TableColumns.events)
    add(
      "v1", "limitranges", "LimitRange", "core", short: ["limits"],
      columns: TableColumns.limitRanges)
    add(
      "v1", "namespaces", "Namespace", "core", short: ["ns"], options: ["cluster", "status"],
      fields: ["status.phase"], columns: TableColumns.namespaces,
      subresources: [Subresource(name: "finalize", kind: "Namespace", verbs: ["update"])]
    ) { $0.verbs.removeAll { $0 == "deletecollection" } }
    add(
      "v1", "nodes", "Node", "core", short: ["no"], options: ["cluster", "status"],
      fields: ["spec.unschedulable"], columns: TableColumns.nodes,
      subresources: [.init(name: "proxy", kind: "NodeProxyOptions", verbs: ["get"])])
    add(
      "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "core", short: ["pvc"],
      options: ["status"], columns: TableColumns.claims)
    add(
      "v1", "persistentvolumes", "PersistentVolume", "core", short: ["pv"],
      options: ["cluster", "status"], columns: TableColumns.volumes)
    add(
      "v1", "pods", "Pod", "core", short: ["po"], options: ["status", "all"],
      fields: [
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs",
        "status.nominatedNodeName",
      ], columns: TableColumns.pods,
      subresources: [
        .init(name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"]),
        .init(name: "binding", kind: "Binding", verbs: ["create"]),
        .init(
          name: "ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"]),
        .init(name: "eviction", kind: "Eviction", groupVersion: "policy/v1", verbs: ["create"]),
        .init(name: "exec", kind: "PodExecOptions", verbs: ["create", "get"]),
        .init(name: "log", kind: "Pod", verbs: ["get"]),
        .init(name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"]),
        .init(name: "proxy", kind: "PodProxyOptions", verbs: ["create", "get"]),
      ]
    ) { $0.hasGeneration = false }
    add(
      "v1", "podtemplates", "PodTemplate", "core", options: ["generation"],
      columns: TableColumns.podTemplates)
    add(
      "v1", "replicationcontrollers", "ReplicationController", "core", short: ["rc"],
      options: ["status", "scale", "all", "generation"], fields: ["status.replicas"],
      columns: TableColumns.replicaSets)
    add(
      "v1", "resourcequotas", "ResourceQuota", "core", short: ["quota"], options: ["status"],
      columns: TableColumns.quotas)
    add("v1", "secrets", "Secret", "core", fields: ["type"], columns: TableColumns.secrets)
    add(
      "v1", "serviceaccounts", "ServiceAccount", "core", short: ["sa"],
      columns: TableColumns.serviceAccounts,
      subresources: [
        .init(
          name: "token", kind: "TokenRequest", groupVersion: "authentication.k8s.io/v1",
          verbs: ["create"])
      ])
    add(
      "v1", "services", "Service", "core", short: ["svc"], options: ["status", "all"],
      fields: ["spec.clusterIP", "spec.type"], columns: TableColumns.services,
      subresources: [.init(name: "proxy", kind: "ServiceProxyOptions", verbs: ["get"])])
  }

  fileprivate mutating func addWorkloads() {
    add(
      "apps/v1", "controllerrevisions", "ControllerRevision", "apps",
      columns: TableColumns.controllerRevisions)
    add(
      "apps/v1", "daemonsets", "DaemonSet", "apps", short: ["ds"],
      options: ["status", "all", "generation"], columns: TableColumns.daemonSets)
    add(
      "apps/v1", "deployments", "Deployment", "apps", short: ["deploy"],
      options: ["status", "scale", "all", "generation"], columns: TableColumns.deployments)
    add(
      "apps/v1", "replicasets", "ReplicaSet", "apps", short: ["rs"],
      options: ["status", "scale", "all", "generation"], fields: ["status.replicas"],
      columns: TableColumns.replicaSets)
    add(
      "apps/v1", "statefulsets", "StatefulSet", "apps", short: ["sts"],
      options: ["status", "scale", "all", "generation"], columns: TableColumns.statefulSets)
    add(
      "autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling2",
      short: ["hpa"], options: ["status", "all"], columns: TableColumns.autoscalers)
    add(
      "autoscaling/v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling1",
      short: ["hpa"], options: ["status", "all"], columns: TableColumns.autoscalers
    ) {
      $0.storedAs = "autoscaling/horizontalpodautoscalers"
      $0.fromStored = AutoscalerConversion.toV1
      $0.toStored = AutoscalerConversion.toV2
    }
    add(
      "batch/v1", "cronjobs", "CronJob", "batch", short: ["cj"],
      options: ["status", "all", "generation"], columns: TableColumns.cronJobs)
    add(
      "batch/v1", "jobs", "Job", "batch", options: ["status", "all", "generation"],
      fields: ["status.successful"], columns: TableColumns.jobs)
    add(
      "policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", "policy", short: ["pdb"],
      options: ["status", "generation"], columns: TableColumns.disruptionBudgets)
  }

  fileprivate mutating func addNetworking() {
    add(
      "discovery.k8s.io/v1", "endpointslices", "EndpointSlice", "discovery",
      options: ["generation"], columns: TableColumns.endpointSlices)
    add(
      "networking.k8s.io/v1", "ingressclasses", "IngressClass", "networking",
      options: ["cluster", "generation"], columns: TableColumns.ingressClasses)
    add(
      "networking.k8s.io/v1", "ingresses", "Ingress", "networking", short: ["ing"],
      options: ["status", "generation"], columns: TableColumns.ingresses)
    add(
      "networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", "networking",
      short: ["netpol"], options: ["generation"], columns: TableColumns.networkPolicies)
    add(
      "events.k8s.io/v1", "events", "Event", "events", short: ["ev"],
      fields: [
        "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "reason",
        "type", "reportingController",
      ], columns: TableColumns.events
    ) {
      $0.storedAs = "events"
      $0.fromStored = EventConversion.toEventsGroup
      $0.toStored = EventConversion.toCoreGroup
    }
  }
}
