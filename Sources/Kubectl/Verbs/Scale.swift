import Documents
import Support

/// `kubectl scale` and `kubectl autoscale`.
enum Scale {
  static let command = Command(
    name: "scale", usage: "--replicas=COUNT (-f FILENAME | TYPE NAME)",
    summary: "Set a new size for a deployment, replica set, or replication controller",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.dryRun,
      .bool("all", "All objects of the kind"),
      .int("current-replicas", "Only when it has this size now", standard: -1),
      .int("replicas", "The new size"),
      .string("resource-version", "Only when it has this version now"),
      .duration("timeout", "How long to wait for the new size"),
    ], examples: ["kubectl scale --replicas=3 deployment/web"]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("replicas") else {
      throw KubectlError("required flag(s) \"replicas\" not set")
    }
    guard flags.int("replicas") >= 0 else {
      throw KubectlError(
        "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    }
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    let items = try Selection(session).items(invocation.words, &errors)
    if items.isEmpty {
      let why = errors.map { " " + ErrorText.plain($0) }.joined()
      throw KubectlError("no objects passed to scale" + why)
    }
    for item in items {
      do { try scale(item, session, report) } catch { errors.append(error) }
    }
    try ManyErrors.throwing(errors)
  }

  private static func scale(_ item: ResourceItem, _ session: Session, _ report: Report) throws {
    let flags = session.flags
    if flags.int("current-replicas") >= 0 {
      let now = item.object.number("spec", "replicas") ?? 0
      guard now == flags.int("current-replicas") else {
        throw KubectlError(
          "Expected replicas to be \(flags.int("current-replicas")), was \(now)")
      }
    }
    if try session.dryRun == .client { return try report.print(item, "scaled") }
    guard item.kind.subresources.contains("scale") else {
      throw KubectlError(
        "could not find scale subresource for \(item.kind.apiVersion), Resource=\(item.kind.plural) in discovery information"
      )
    }
    var patch: JSONValue = ["spec": ["replicas": .integer(Int64(flags.int("replicas")))]]
    if flags.isSet("resource-version") {
      patch.set("metadata", "resourceVersion", to: .string(flags.string("resource-version")))
    }
    _ = try session.patch(item, patch, .merge, subresource: "scale")
    if report.isSentences { return try report.print(item, "scaled") }
    try report.print(try session.get(item.kind, item.name, namespace: item.namespace), "scaled")
  }

  static let autoscale = Command(
    name: "autoscale", usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS",
    summary: "Auto-scale a deployment, replica set, stateful set, or replication controller",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-autoscale"),
      .int("cpu-percent", "Share of the asked-for CPU to aim at", standard: -1),
      .int("max", "At most so many pods", standard: -1),
      .int("min", "At least so many pods", standard: -1),
      .string("name", "The new object's name"), .bool("save-config", "As apply does"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.int("max") >= 1 else {
      throw KubectlError(
        flags.isSet("max")
          ? "--max=MAXPODS is required and must be at least 1, max: \(flags.int("max"))"
          : "required flag(s) \"max\" not set")
    }
    guard flags.int("max") >= flags.int("min") else {
      throw KubectlError(
        "--max=MAXPODS must be larger or equal to --min=MINPODS, max: \(flags.int("max")), min: "
          + "\(flags.int("min"))")
    }
    let session = try Session(invocation)
    var errors: [any Error] = []
    for item in try Selection(session).items(invocation.words, &errors) {
      let name = flags.string("name").isEmpty ? item.name : flags.string("name")
      var spec: JSONValue = [
        "scaleTargetRef": [
          "kind": .string(item.kind.kind), "name": .string(item.name),
          "apiVersion": .string(item.kind.apiVersion),
        ]
      ]
      if flags.int("min") > 0 { spec["minReplicas"] = .integer(Int64(flags.int("min"))) }
      spec["maxReplicas"] = .integer(Int64(flags.int("max")))
      if flags.int("cpu-percent") >= 0 {
        spec["targetCPUUtilizationPercentage"] = .integer(Int64(flags.int("cpu-percent")))
      }
      let object: JSONValue = [
        "kind": "HorizontalPodAutoscaler", "apiVersion": "autoscaling/v1",
        "metadata": Generators.metadata(name), "spec": spec,
        "status": ["currentReplicas": 0, "desiredReplicas": 0],
      ]
      try Maker.make(object, session, verb: "autoscaled", manager: "kubectl-autoscale")
    }
    try ManyErrors.throwing(errors)
  }
}

/// Sends objects that a command made itself.
enum Maker {
  /// Creates `object` and tells so, or only shows it.
  @discardableResult
  static func make(
    _ object: JSONValue, _ session: Session, verb: String, manager: String, isQuiet: Bool = false
  ) throws -> JSONValue {
    let report = try Report(session)
    var object = object
    if session.flags.knows("save-config"), session.flags.bool("save-config") {
      object = LastApplied.adding(to: object)
    }
    if try session.dryRun == .client {
      if session.config.isNamespaceExplicit {
        object.set("metadata", "namespace", to: .string(session.namespace))
      }
      try report.print(object, verb)
      return object
    }
    guard
      let kind = try session.discovery.kind(
        apiVersion: object.text("apiVersion"), kind: object.kind)
    else {
      throw KubectlError(
        "no matches for kind \"\(object.kind)\" in version \"\(object.text("apiVersion"))\"")
    }
    let namespace = kind.isNamespaced ? session.namespace : ""
    if kind.isNamespaced { object.set("metadata", "namespace", to: .string(namespace)) }
    let made = try session.create(
      ResourceItem(kind: kind, namespace: namespace, name: object.name, object: object),
      manager: manager)
    if !isQuiet { try report.print(made, verb) }
    return made
  }
}
