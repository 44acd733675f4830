import Documents
import Support

extension TableColumns {
  static let deployments =
    [
      name,
      Column("Ready") { object, _ in
        .string(
          "\(object.number("status", "readyReplicas") ?? 0)/\(object.number("spec", "replicas") ?? 0)"
        )
      },
      number("Up-to-date", "status", "updatedReplicas"),
      number("Available", "status", "availableReplicas"), age,
    ] + containers + [selector]

  static let replicaSets =
    [
      name, number("Desired", "spec", "replicas"), number("Current", "status", "replicas"),
      number("Ready", "status", "readyReplicas"), age,
    ] + containers + [selector]

  static let daemonSets =
    [
      name, number("Desired", "status", "desiredNumberScheduled"),
      number("Current", "status", "currentNumberScheduled"),
      number("Ready", "status", "numberReady"),
      number("Up-to-date", "status", "updatedNumberScheduled"),
      number("Available", "status", "numberAvailable"),
      Column("Node Selector") { object, _ in
        .string(labels(object.map("spec", "template", "spec", "nodeSelector")))
      }, age,
    ] + containers + [selector]

  static let statefulSets =
    [
      name,
      Column("Ready") { object, _ in
        .string(
          "\(object.number("status", "readyReplicas") ?? 0)/\(object.number("spec", "replicas") ?? 0)"
        )
      }, age,
    ] + containers

  static let jobs =
    [
      name,
      Column("Status") { job, _ in
        if job.isCondition("Complete") { return "Complete" }
        if job.isCondition("Failed") { return "Failed" }
        if job.isBeingDeleted { return "Terminating" }
        if job.isCondition("Suspended") { return "Suspended" }
        if job.isCondition("FailureTarget") { return "FailureTarget" }
        if job.isCondition("SuccessCriteriaMet") { return "SuccessCriteriaMet" }
        return "Running"
      },
      Column("Completions") { job, _ in
        let succeeded = job.number("status", "succeeded") ?? 0
        if let completions = job.number("spec", "completions") {
          return .string("\(succeeded)/\(completions)")
        }
        let parallelism = job.number("spec", "parallelism") ?? 0
        return .string(parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1")
      },
      Column("Duration") { job, now in
        guard let start = RFC3339.nanoseconds(job.text("status", "startTime")) else { return "" }
        let end = RFC3339.nanoseconds(job.text("status", "completionTime")) ?? now
        return .string(Ages.text(seconds: (end - start) / 1_000_000_000))
      }, age,
    ] + containers + [selector]

  static let cronJobs =
    [
      name, text("Schedule", "spec", "schedule"),
      text("Timezone", empty: "<none>", "spec", "timeZone"),
      Column("Suspend", "boolean") { object, _ in
        .string(object.flag("spec", "suspend") ? "True" : "False")
      },
      Column("Active", "integer") { object, _ in
        .integer(Int64(object.list("status", "active").count))
      },
      Column("Last Schedule") { object, now in
        let last = object.at("status", "lastScheduleTime")?.string
        return .string(last == nil ? "<none>" : Ages.since(last, now: now))
      }, age,
    ] + containers + [selector]

  static let controllerRevisions = [
    name,
    Column("Controller") { object, _ in
      guard let owner = object.controllerReference else { return "<none>" }
      let group = owner.text("apiVersion").split(separator: "/")
      let kind = owner.text("kind").lowercased() + (group.count == 2 ? ".\(group[0])" : "")
      return .string("\(kind)/\(owner.text("name"))")
    },
    text("Revision", "revision"), age,
  ]

  static let podTemplates = [
    name,
    Column("Containers") { object, _ in
      .string(
        object.list("template", "spec", "containers").map { $0.text("name") }
          .joined(separator: ","))
    },
    Column("Images") { object, _ in
      .string(
        object.list("template", "spec", "containers").map { $0.text("image") }
          .joined(separator: ","))
    },
    Column("Pod Labels") { object, _ in
      .string(labels(object.map("template", "metadata", "labels")))
    },
  ]

  static let disruptionBudgets = [
    name, text("Min Available", empty: "N/A", "spec", "minAvailable"),
    text("Max Unavailable", empty: "N/A", "spec", "maxUnavailable"),
    number("Allowed Disruptions", "status", "disruptionsAllowed"), age,
  ]

  static let autoscalers = [
    name,
    Column("Reference") { object, _ in
      let target = object.at("spec", "scaleTargetRef") ?? .null
      return .string("\(target.text("kind"))/\(target.text("name"))")
    },
    Column("Targets") { object, _ in .string(autoscalerTargets(object)) },
    text("MinPods", empty: "<unset>", "spec", "minReplicas"),
    number("MaxPods", "spec", "maxReplicas"), number("Replicas", "status", "currentReplicas"), age,
  ]

  private static func autoscalerTargets(_ object: JSONValue) -> String {
    let current = object.list("status", "currentMetrics")
    let metrics = object.list("spec", "metrics").enumerated().map { index, metric -> String in
      let part = metric["resource"] ?? metric["containerResource"]
      let source = part ?? metric["pods"] ?? metric["object"] ?? metric["external"]
      let name = source?.text("name") ?? ""
      let target = source?["target"] ?? .null
      let now = index < current.count ? seen(current[index]) : nil
      if let wished = target.number("averageUtilization") {
        let used = now?.number("averageUtilization").map { "\($0)%" } ?? "<unknown>"
        return "\(name): \(used)/\(wished)%"
      }
      let wished = target.text("averageValue") + target.text("value")
      return "\(name): \(now?.text("averageValue") ?? "<unknown>")/\(wished)"
    }
    return metrics.isEmpty ? "<none>" : metrics.joined(separator: ", ")
  }

  private static func seen(_ status: JSONValue) -> JSONValue? {
    status.at("resource", "current") ?? status.at("containerResource", "current")
  }
}
