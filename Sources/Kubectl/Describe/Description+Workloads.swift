import Documents
import Kube
import Support

extension Description {
  /// A pod template.
  mutating func template(_ template: JSONValue) {
    line("Pod Template:")
    map(1, "Labels", template.labels)
    if !template.annotations.isEmpty { annotations(template, level: 1) }
    let account = template.text("spec", "serviceAccountName")
    if !account.isEmpty { field(1, "Service Account", account) }
    containers("Init Containers", template.list("spec", "initContainers"), [], isTemplate: true)
    containers(
      "Containers", template.list("spec", "containers"), [], isAlways: true, isTemplate: true)
    volumes(template.list("spec", "volumes"), isTemplate: true)
    let priority = template.text("spec", "priorityClassName")
    if !priority.isEmpty { field(1, "Priority Class Name", priority) }
    map(1, "Node-Selectors", template.map("spec", "nodeSelector"))
    tolerations(template.list("spec", "tolerations"), level: 1)
  }

  private mutating func conditions(_ object: JSONValue) {
    let conditions = object.list("status", "conditions")
    guard !conditions.isEmpty else { return }
    line("Conditions:\n  Type\tStatus\tReason")
    line(1, "----\t------\t------")
    for condition in conditions {
      line(
        1, "\(condition.text("type")) \t\(condition.text("status"))\t\(condition.text("reason"))")
    }
  }

  mutating func deployment(_ object: JSONValue, _ session: Session) throws {
    head(object)
    field("CreationTimestamp", DescribeText.time(object.text("metadata", "creationTimestamp")))
    map("Labels", object.labels)
    annotations(object)
    field("Selector", DescribeText.selector(object.at("spec", "selector")))
    let status = object["status"] ?? .null
    field(
      "Replicas",
      "\(object.number("spec", "replicas") ?? 1) desired | \(status.number("updatedReplicas") ?? 0) "
        + "updated | \(status.number("replicas") ?? 0) total | "
        + "\(status.number("availableReplicas") ?? 0) available | "
        + "\(status.number("unavailableReplicas") ?? 0) unavailable")
    field("StrategyType", object.text("spec", "strategy", "type"))
    field("MinReadySeconds", "\(object.number("spec", "minReadySeconds") ?? 0)")
    if let rolling = object.at("spec", "strategy", "rollingUpdate") {
      field(
        "RollingUpdateStrategy",
        "\(JSONPath.text(rolling["maxUnavailable"] ?? "")) max unavailable, "
          + "\(JSONPath.text(rolling["maxSurge"] ?? "")) max surge")
    }
    template(object.at("spec", "template") ?? .null)
    conditions(object)
    let sets = try ReplicaSetHistory(session).sets(of: object)
    let newest = sets.first { ReplicaSetHistory.isNewest($0, of: object) }
    let old = sets.filter { $0.uid != newest?.uid }
    field("OldReplicaSets", replicas(old))
    field("NewReplicaSet", replicas(newest.map { [$0] } ?? []))
    try events(of: object, session)
  }

  private func replicas(_ sets: [JSONValue]) -> String {
    DescribeText.orNone(
      sets.map {
        "\($0.name) (\($0.number("status", "replicas") ?? 0)/\($0.number("spec", "replicas") ?? 0) "
          + "replicas created)"
      }.joined(separator: ", "))
  }

  mutating func head(_ object: JSONValue) {
    field("Name", object.name)
    if !object.namespace.isEmpty { field("Namespace", object.namespace) }
  }

  private mutating func owner(_ object: JSONValue) {
    guard let owner = object.controllerReference else { return }
    field("Controlled By", "\(owner.text("kind"))/\(owner.text("name"))")
  }

  mutating func replicaSet(_ object: JSONValue, _ session: Session) throws {
    head(object)
    let selector = object.at("spec", "selector")
    field(
      "Selector",
      object.kind == "ReplicationController"
        ? LabelText.of(object.map("spec", "selector")) : DescribeText.selector(selector))
    map("Labels", object.labels)
    annotations(object)
    owner(object)
    field(
      "Replicas",
      "\(object.number("status", "replicas") ?? 0) current / "
        + "\(object.number("spec", "replicas") ?? 0) desired")
    try podsStatus(object, session)
    template(object.at("spec", "template") ?? .null)
    conditions(object)
    try events(of: object, session)
  }

  /// How many pods of a workload are in which phase.
  private mutating func podsStatus(
    _ object: JSONValue, _ session: Session, _ title: String = "Pods Status"
  ) throws {
    let selector = try PodChoice(session: session).selector(of: object)
    let pods = try session.list(
      try session.discovery.kind(named: "pods"), namespace: object.namespace, labels: selector
    ).list("items").filter { $0.controllerReference?.text("uid") == object.uid }
    func count(_ phase: String) -> Int { pods.count { $0.text("status", "phase") == phase } }
    field(
      title,
      "\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / "
        + "\(count("Failed")) Failed")
  }

  mutating func daemonSet(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    // The genuine one does not tell a daemon set's namespace.
    field("Selector", DescribeText.selector(object.at("spec", "selector")))
    map("Node-Selector", object.map("spec", "template", "spec", "nodeSelector"))
    map("Labels", object.labels)
    annotations(object)
    for (title, key) in [
      ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
      ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
      ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
      ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
      ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] { line("\(title): \(object.number("status", key) ?? 0)") }
    try podsStatus(object, session)
    template(object.at("spec", "template") ?? .null)
    try events(of: object, session)
  }

  mutating func statefulSet(_ object: JSONValue, _ session: Session) throws {
    head(object)
    field("CreationTimestamp", DescribeText.time(object.text("metadata", "creationTimestamp")))
    field("Selector", DescribeText.selector(object.at("spec", "selector")))
    map("Labels", object.labels)
    annotations(object)
    field(
      "Replicas",
      "\(object.number("spec", "replicas") ?? 1) desired | \(object.number("status", "replicas") ?? 0) total"
    )
    field("Update Strategy", object.text("spec", "updateStrategy", "type"))
    if let partition = object.number("spec", "updateStrategy", "rollingUpdate", "partition") {
      field(1, "Partition", "\(partition)")
    }
    try podsStatus(object, session)
    template(object.at("spec", "template") ?? .null)
    let claims = object.list("spec", "volumeClaimTemplates")
    if claims.isEmpty {
      field("Volume Claims", "<none>")
    } else {
      line("Volume Claims:")
      for claim in claims {
        field(1, "Name", claim.name)
        field(1, "StorageClass", claim.text("spec", "storageClassName"))
        map(1, "Labels", claim.labels)
        map(1, "Annotations", claim.annotations)
        field(1, "Capacity", claim.text("spec", "resources", "requests", "storage"))
        field(1, "Access Modes", "[\(AccessModes.text(claim.list("spec", "accessModes")))]")
      }
    }
    try events(of: object, session)
  }

  mutating func job(_ object: JSONValue, _ session: Session) throws {
    head(object)
    if let selector = object.at("spec", "selector") {
      field("Selector", DescribeText.selector(selector))
    }
    map("Labels", object.labels)
    annotations(object)
    owner(object)
    if let parallelism = object.number("spec", "parallelism") {
      field("Parallelism", "\(parallelism)")
    }
    field("Completions", object.number("spec", "completions").map { "\($0)" } ?? "<unset>")
    let mode = object.text("spec", "completionMode")
    if !mode.isEmpty { field("Completion Mode", mode) }
    if let suspend = object.at("spec", "suspend")?.bool { field("Suspend", "\(suspend)") }
    if let limit = object.number("spec", "backoffLimit") { field("Backoff Limit", "\(limit)") }
    if let seconds = object.number("spec", "ttlSecondsAfterFinished") {
      field("TTL Seconds After Finished", "\(seconds)")
    }
    let start = object.text("status", "startTime")
    let end = object.text("status", "completionTime")
    if !start.isEmpty { field("Start Time", DescribeText.time(start)) }
    if !end.isEmpty { field("Completed At", DescribeText.time(end)) }
    if let from = RFC3339.nanoseconds(start), let to = RFC3339.nanoseconds(end) {
      field("Duration", Ages.text(seconds: (to - from) / 1_000_000_000))
    }
    if let seconds = object.number("spec", "activeDeadlineSeconds") {
      field("Active Deadline Seconds", "\(seconds)s")
    }
    let status = object["status"] ?? .null
    field(
      "Pods Statuses",
      "\(status.number("active") ?? 0) Active (\(status.number("ready") ?? 0) Ready) / "
        + "\(status.number("succeeded") ?? 0) Succeeded / \(status.number("failed") ?? 0) Failed")
    let indexes = status.text("completedIndexes")
    if mode == "Indexed" { field("Completed Indexes", DescribeText.orNone(indexes)) }
    template(object.at("spec", "template") ?? .null)
    try events(of: object, session)
  }

  mutating func cronJob(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    field("Schedule", object.text("spec", "schedule"))
    field("Concurrency Policy", object.text("spec", "concurrencyPolicy"))
    field("Suspend", DescribeText.bool(object.flag("spec", "suspend")))
    func limit(_ key: String) -> String {
      object.number("spec", key).map { "\($0)" } ?? "<unset>"
    }
    field("Successful Job History Limit", limit("successfulJobsHistoryLimit"))
    field("Failed Job History Limit", limit("failedJobsHistoryLimit"))
    let deadline = object.number("spec", "startingDeadlineSeconds")
    field("Starting Deadline Seconds", deadline.map { "\($0)s" } ?? "<unset>")
    let job = object.at("spec", "jobTemplate", "spec") ?? .null
    field("Selector", job["selector"].map { DescribeText.selector($0) } ?? "<unset>")
    field("Parallelism", job.number("parallelism").map { "\($0)" } ?? "<unset>")
    field("Completions", job.number("completions").map { "\($0)" } ?? "<unset>")
    if let seconds = job.number("activeDeadlineSeconds") {
      field("Active Deadline Seconds", "\(seconds)s")
    }
    template(job["template"] ?? .null)
    let last = object.text("status", "lastScheduleTime")
    field("Last Schedule Time", last.isEmpty ? "<unset>" : DescribeText.time(last))
    let active = object.list("status", "active").map { $0.text("name") }
    field("Active Jobs", DescribeText.orNone(active.joined(separator: ", ")))
    try events(of: object, session)
  }
}
