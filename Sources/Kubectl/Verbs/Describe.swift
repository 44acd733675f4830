import Documents
import Support

/// `kubectl describe`.
enum Describe {
  static let command = Command(
    name: "describe", usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    summary: "Show details of a specific resource or group of resources",
    flags: CommonFlags.files + [
      CommonFlags.selector, CommonFlags.allNamespaces,
      .int("chunk-size", "Objects to ask for at once", standard: 500),
      .bool("show-events", "Show what happened to the object", standard: true),
    ],
    examples: [
      "kubectl describe pod web", "kubectl describe nodes", "kubectl describe -f web.yaml",
    ]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let selection: Selection
    let session = try Session(invocation)
    selection = Selection(session)
    guard selection.hasFiles || !invocation.words.isEmpty else {
      throw KubectlError(
        "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a "
          + "complete list of supported resources.\n")
    }
    var errors: [any Error] = []
    var items = try selection.items(invocation.words, &errors)
    if items.isEmpty, errors.count == 1, let error = errors[0] as? StatusError, error.isNotFound {
      items = try withPrefix(invocation, session)
      if !items.isEmpty { errors = [] }
    }
    for (index, item) in items.enumerated() {
      if index > 0 { Screen.write("\n\n") }
      do {
        Screen.write(try text(of: item.object, session))
      } catch {
        errors.append(error)
      }
    }
    if items.isEmpty && errors.isEmpty {
      Screen.remark(
        invocation.flags.bool("all-namespaces")
          ? "No resources found" : "No resources found in \(session.namespace) namespace.")
    }
    try ManyErrors.throwing(errors)
  }

  /// The objects whose name begins with what was given as a name.
  private static func withPrefix(_ invocation: Invocation, _ session: Session) throws
    -> [ResourceItem]
  {
    let parts = try Selection(session).parts(invocation.words)
    guard parts.count == 1, parts[0].names.count == 1 else { return [] }
    let kind = parts[0].kind
    return try session.list(kind, namespace: session.listNamespace).list("items")
      .filter { $0.name.hasPrefix(parts[0].names[0]) }
      .map { ResourceItem(kind: kind, namespace: $0.namespace, name: $0.name, object: $0) }
  }

  /// The description of one object.
  static func text(of object: JSONValue, _ session: Session) throws -> String {
    var text = Description()
    let group = String(object.text("apiVersion").prefix { $0 != "/" })
    switch (object.kind, group) {
    case ("Pod", "v1"): try text.pod(object, session)
    case ("Node", "v1"): try text.node(object, session)
    case ("Service", "v1"): try text.service(object, session)
    case ("Endpoints", "v1"): try text.endpoints(object, session)
    case ("EndpointSlice", "discovery.k8s.io"): try text.endpointSlice(object, session)
    case ("ConfigMap", "v1"): try text.configMap(object, session)
    case ("Secret", "v1"): text.secret(object)
    case ("Namespace", "v1"): try text.namespace(object, session)
    case ("ServiceAccount", "v1"): try text.serviceAccount(object, session)
    case ("ResourceQuota", "v1"): text.resourceQuota(object)
    case ("LimitRange", "v1"): text.limitRange(object)
    case ("PersistentVolumeClaim", "v1"): try text.volumeClaim(object, session)
    case ("PersistentVolume", "v1"): try text.volume(object, session)
    case ("ReplicationController", "v1"), ("ReplicaSet", "apps"):
      try text.replicaSet(object, session)
    case ("Deployment", "apps"): try text.deployment(object, session)
    case ("DaemonSet", "apps"): try text.daemonSet(object, session)
    case ("StatefulSet", "apps"): try text.statefulSet(object, session)
    case ("Job", "batch"): try text.job(object, session)
    case ("CronJob", "batch"): try text.cronJob(object, session)
    case ("Ingress", "networking.k8s.io"): try text.ingress(object, session)
    case ("NetworkPolicy", "networking.k8s.io"): text.networkPolicy(object)
    case ("Role", "rbac.authorization.k8s.io"), ("ClusterRole", "rbac.authorization.k8s.io"):
      text.role(object)
    case ("RoleBinding", "rbac.authorization.k8s.io"),
      ("ClusterRoleBinding", "rbac.authorization.k8s.io"):
      text.binding(object)
    case ("PodDisruptionBudget", "policy"): try text.disruptionBudget(object, session)
    case ("HorizontalPodAutoscaler", "autoscaling"): try text.autoscaler(object, session)
    case ("StorageClass", "storage.k8s.io"): try text.storageClass(object, session)
    case ("PriorityClass", "scheduling.k8s.io"): try text.priorityClass(object, session)
    default: try text.generic(object, session)
    }
    return text.text
  }
}
