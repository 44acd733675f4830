import Documents

extension Validators {
  /// What ReplicaSets, DaemonSets and the like have in common: a selector that fits the template.
  private static func selectingWorkload(
    _ kind: String, _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkNotNegative(
      spec, ["replicas", "minReadySeconds", "revisionHistoryLimit"], path, &problems)
    guard let selectorValue = spec["selector"] else {
      problems.append(.required("\(path).selector"))
      return
    }
    guard let selector = LabelSelector(object: selectorValue) else { return }
    if selector.requirements.isEmpty {
      let word = kind == "ReplicaSet" ? "deployment" : kind.lowercased()
      problems.append(
        .invalid("\(path).selector", "{}", "empty selector is invalid for \(word)"))
    } else if !selector.matches(spec.map("template", "metadata", "labels")) {
      problems.append(
        FieldProblem(
          "\(path).template.metadata.labels", .invalid,
          value: goMap(spec.map("template", "metadata", "labels")),
          "`selector` does not match template `labels`"))
    }
    let policy = spec.text("template", "spec", "restartPolicy")
    if !policy.isEmpty, policy != "Always" {
      problems.append(
        .unsupported("\(path).template.spec.restartPolicy", policy, ["Always"]))
    }
    if spec.at("template", "spec", "activeDeadlineSeconds") != nil {
      problems.append(
        FieldProblem(
          "\(path).template.spec.activeDeadlineSeconds", .forbidden,
          "activeDeadlineSeconds in \(kind) is not Supported"))
    }
  }

  /// A map as Go prints it, for messages.
  private static func goMap(_ map: [String: String]) -> String {
    "map[string]string{"
      + map.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
      .joined(separator: ", ") + "}"
  }

  @Sendable static func deployment(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    selectingWorkload("ReplicaSet", spec, path, &problems)
    let strategy = spec["strategy"] ?? .null
    let rolling = "\(path).strategy.rollingUpdate"
    switch strategy.text("type") {
    case "Recreate":
      if strategy["rollingUpdate"] != nil {
        problems.append(
          FieldProblem(
            rolling, .forbidden, "may not be specified when strategy `type` is 'Recreate'"))
      }
    case "RollingUpdate":
      let unavailable = strategy.at("rollingUpdate", "maxUnavailable")
      let surge = strategy.at("rollingUpdate", "maxSurge")
      checkCountOrPercent(unavailable, "\(rolling).maxUnavailable", &problems)
      checkCountOrPercent(surge, "\(rolling).maxSurge", &problems)
      let zeros: [JSONValue] = [0, "0", "0%"]
      if let unavailable, let surge, zeros.contains(unavailable), zeros.contains(surge) {
        problems.append(
          FieldProblem(
            "\(rolling).maxUnavailable", .invalid, value: unavailable.description,
            "may not be 0 when `maxSurge` is 0"))
      }
    default: break
    }
    if let deadline = spec.number("progressDeadlineSeconds"),
      deadline <= spec.number("minReadySeconds") ?? 0
    {
      problems.append(
        .invalid(
          "\(path).progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    }
  }

  @Sendable static func statefulSet(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    selectingWorkload("StatefulSet", spec, path, &problems)
  }

  @Sendable static func replicaSet(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    selectingWorkload("ReplicaSet", spec, path, &problems)
  }

  @Sendable static func daemonSet(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    selectingWorkload("DaemonSet", spec, path, &problems)
  }

  @Sendable static func replicationController(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkNotNegative(spec, ["replicas", "minReadySeconds"], path, &problems)
    let selector = spec.map("selector")
    if selector.isEmpty {
      problems.append(.required("\(path).selector"))
    } else if !LabelSelector(labels: selector).matches(spec.map("template", "metadata", "labels")) {
      problems.append(
        FieldProblem(
          "\(path).template.metadata.labels", .invalid,
          value: goMap(spec.map("template", "metadata", "labels")),
          "`selector` does not match template `labels`"))
    }
  }

  @Sendable static func job(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkNotNegative(
      spec, ["parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished"], path,
      &problems)
    if let deadline = spec.number("activeDeadlineSeconds"), deadline < 0 {
      problems.append(
        .invalid(
          "\(path).activeDeadlineSeconds", deadline, "must be greater than or equal to 0"))
    }
    let policy = spec.text("template", "spec", "restartPolicy")
    if policy == "Always" || policy.isEmpty {
      problems.append(
        policy.isEmpty
          ? .required(
            "\(path).template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")
          : .unsupported(
            "\(path).template.spec.restartPolicy", policy, ["OnFailure", "Never"]))
    }
    if spec.text("completionMode") == "Indexed", spec["completions"] == nil {
      problems.append(
        .required(
          "\(path).completions", "when completion mode is Indexed"))
    }
  }

  @Sendable static func cronJob(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let schedule = object.text("spec", "schedule")
    if schedule.isEmpty {
      problems.append(.required("spec.schedule"))
    } else {
      do throws(CronSchedule.Problem) {
        _ = try CronSchedule(schedule)
      } catch {
        problems.append(.invalid("spec.schedule", schedule, error.message))
      }
    }
    if object.name.utf8.count > 52 {
      problems.append(
        .invalid("metadata.name", object.name, "must be no more than 52 characters"))
    }
    checkNotNegative(
      object["spec"] ?? .null,
      ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"], "spec",
      &problems)
  }

  @Sendable static func disruptionBudget(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkCountOrPercent(spec["minAvailable"], "\(path).minAvailable", &problems)
    checkCountOrPercent(spec["maxUnavailable"], "\(path).maxUnavailable", &problems)
    if spec["minAvailable"] != nil, spec["maxUnavailable"] != nil {
      problems.append(
        FieldProblem(
          path, .invalid, value: spec.description,
          "minAvailable and maxUnavailable cannot be both set"))
    }
  }
}
