import Documents
import Support

/// `kubectl expose`.
enum Expose {
  static let command = Command(
    name: "expose",
    usage: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=n]",
    summary: "Take a workload and expose it as a new service",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-expose"),
      .string("cluster-ip", "The address, or None"), .string("external-ip", "A further address"),
      .string("labels", "Labels of the service", short: "l"),
      .string("load-balancer-ip", "The balancer's address"), .string("name", "The service's name"),
      .string("override-type", "How --overrides is laid over", standard: "merge"),
      .string("overrides", "JSON to lay over the service"),
      .string("port", "The service's port"), .string("protocol", "TCP, UDP or SCTP"),
      .bool("save-config", "As apply does"), .string("selector", "Labels of the pods"),
      .string("session-affinity", "None or ClientIP"),
      .string("target-port", "The port of the pods"), .string("type", "The kind of service"),
    ], examples: ["kubectl expose deployment web --port=80 --target-port=8080"]
  ) { invocation in
    let session = try Session(invocation)
    guard Selection(session).hasFiles || !invocation.words.isEmpty else {
      throw KubectlError(Selection.needsResources)
    }
    var errors: [any Error] = []
    for item in try Selection(session, hasLabels: false).items(invocation.words, &errors) {
      do {
        let object = try Overrides.apply(session.flags, to: try service(item, session))
        try Maker.make(object, session, verb: "exposed", manager: "kubectl-expose")
      } catch {
        errors.append(error)
      }
    }
    try ManyErrors.throwing(errors)
  }

  private static func service(_ item: ResourceItem, _ session: Session) throws -> JSONValue {
    let flags = session.flags
    let allowed = ["Pod", "Service", "ReplicationController", "Deployment", "ReplicaSet"]
    guard allowed.contains(item.kind.kind) else {
      let group = item.kind.group.isEmpty ? "" : ".\(item.kind.group)"
      throw KubectlError("cannot expose a \(item.kind.kind)\(group)")
    }
    let name = flags.string("name").isEmpty ? String(item.name.prefix(63)) : flags.string("name")
    let selector = try selector(item, flags)
    let ports = try ports(item, flags)
    var labels = item.object.labels
    if flags.isSet("labels") {
      labels = [:]
      for part in flags.string("labels").split(separator: ",") {
        let words = part.split(separator: "=", maxSplits: 1).map(String.init)
        labels[words[0]] = words.count == 2 ? words[1] : ""
      }
    }
    var spec: JSONValue = ["ports": .array(ports), "selector": JSONValue(map: selector)]
    if flags.isSet("type") { spec["type"] = .string(flags.string("type")) }
    if flags.isSet("session-affinity") {
      spec["sessionAffinity"] = .string(flags.string("session-affinity"))
    }
    if flags.isSet("cluster-ip") { spec["clusterIP"] = .string(flags.string("cluster-ip")) }
    if flags.isSet("external-ip") { spec["externalIPs"] = [.string(flags.string("external-ip"))] }
    if flags.isSet("load-balancer-ip") {
      spec["loadBalancerIP"] = .string(flags.string("load-balancer-ip"))
    }
    return [
      "kind": "Service", "apiVersion": "v1",
      "metadata": Generators.metadata(name, labels: labels), "spec": spec,
      "status": ["loadBalancer": [:]],
    ]
  }

  private static func selector(_ item: ResourceItem, _ flags: FlagValues) throws -> [String: String]
  {
    if flags.isSet("selector") {
      return Dictionary(
        flags.string("selector").split(separator: ",").map { part in
          let words = part.split(separator: "=", maxSplits: 1).map(String.init)
          return (words[0], words.count == 2 ? words[1] : "")
        }, uniquingKeysWith: { $1 })
    }
    let object = item.object
    switch item.kind.kind {
    case "Pod":
      guard !object.labels.isEmpty else {
        throw KubectlError(
          "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels "
            + "and cannot be exposed")
      }
      return object.labels
    case "Service", "ReplicationController": return object.map("spec", "selector")
    default:
      guard object.list("spec", "selector", "matchExpressions").isEmpty else {
        throw KubectlError(
          "couldn't retrieve selectors via --selector flag or introspection: couldn't convert "
            + "expressions - \"\(object.list("spec", "selector", "matchExpressions"))\" to map-based "
            + "selector format")
      }
      return object.map("spec", "selector", "matchLabels")
    }
  }

  private static func ports(_ item: ResourceItem, _ flags: FlagValues) throws -> [JSONValue] {
    var found: [(number: Int64, name: String)] = []
    if flags.isSet("port") {
      let words = flags.string("port").split(separator: ",").compactMap { Int64($0) }
      guard !words.isEmpty else {
        throw KubectlError("strconv.Atoi: parsing \"\(flags.string("port"))\": invalid syntax")
      }
      found = words.map { ($0, "") }
    } else if item.kind.kind == "Service" {
      found = item.object.list("spec", "ports").compactMap {
        $0.number("port").map { (Int64($0), "") }
      }
    } else {
      let spec =
        item.kind.kind == "Pod" ? item.object["spec"] : item.object.at("spec", "template", "spec")
      found = (spec?.list("containers") ?? []).flatMap { $0.list("ports") }.compactMap {
        $0.number("containerPort").map { (Int64($0), "") }
      }
    }
    guard !found.isEmpty else {
      throw KubectlError(
        "couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and "
          + "examples")
    }
    let isMany = found.count > 1
    return found.enumerated().map { index, port in
      var entry: JSONValue = isMany ? ["name": .string("port-\(index + 1)")] : [:]
      entry["protocol"] = .string(flags.isSet("protocol") ? flags.string("protocol") : "TCP")
      entry["port"] = .integer(port.number)
      let target = flags.string("target-port")
      entry["targetPort"] =
        target.isEmpty
        ? .integer(port.number) : Int64(target).map { .integer($0) } ?? .string(target)
      return entry
    }
  }
}
