import Documents
import Support

extension TableColumns {
  static let namespaces = [name, text("Status", "status", "phase"), age]

  static let nodes = [
    name,
    Column("Status") { node, _ in
      let ready = node.condition("Ready")
      var words = [
        ready == nil ? "Unknown" : ready?.text("status") == "True" ? "Ready" : "NotReady"
      ]
      if node.flag("spec", "unschedulable") { words.append("SchedulingDisabled") }
      return .string(words.joined(separator: ","))
    },
    Column("Roles") { node, _ in
      let prefix = "node-role.kubernetes.io/"
      let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.count)) }.filter { !$0.isEmpty }.sorted()
      return .string(roles.isEmpty ? "<none>" : roles.joined(separator: ","))
    }, age, text("Version", "status", "nodeInfo", "kubeletVersion"),
    Column("Internal-IP", wide: true) { node, _ in .string(address(node, "InternalIP")) },
    Column("External-IP", wide: true) { node, _ in .string(address(node, "ExternalIP")) },
    text("OS-Image", wide: true, empty: "<unknown>", "status", "nodeInfo", "osImage"),
    text("Kernel-Version", wide: true, empty: "<unknown>", "status", "nodeInfo", "kernelVersion"),
    text(
      "Container-Runtime", wide: true, empty: "<unknown>", "status", "nodeInfo",
      "containerRuntimeVersion"),
  ]

  private static func address(_ node: JSONValue, _ type: String) -> String {
    node.list("status", "addresses").first { $0.text("type") == type }?.text("address") ?? "<none>"
  }

  static let configMaps = [
    name,
    Column("Data", "integer") { object, _ in
      .integer(
        Int64(
          (object["data"]?.object?.count ?? 0)
            + (object["binaryData"]?.object?.count ?? 0)))
    }, age,
  ]

  static let secrets = [
    name, text("Type", "type"),
    Column("Data", "integer") { object, _ in .integer(Int64(object["data"]?.object?.count ?? 0)) },
    age,
  ]

  static let serviceAccounts = [
    name,
    Column("Secrets", "integer") { object, _ in .integer(Int64(object.list("secrets").count)) },
    age,
  ]

  static let events = [
    Column("Last Seen") { event, now in .string(lastSeen(event, now)) },
    text("Type", "type"), text("Reason", "reason"),
    Column("Object") { event, _ in
      let object = event["involvedObject"] ?? event["regarding"] ?? .null
      let kind = object.text("kind").lowercased()
      return .string(object.text("name").isEmpty ? kind : "\(kind)/\(object.text("name"))")
    },
    Column("Subobject", wide: true) { event, _ in
      .string((event["involvedObject"] ?? event["regarding"] ?? .null).text("fieldPath"))
    },
    Column("Source", wide: true) { event, _ in
      let source = event["source"] ?? event["deprecatedSource"] ?? .null
      let component =
        source.text("component").isEmpty
        ? event.text("reportingComponent") + event.text("reportingController")
        : source.text("component")
      let host = source.text("host")
      return .string(host.isEmpty ? component : "\(component), \(host)")
    },
    Column("Message") { event, _ in
      let message = event.text("message") + event.text("note")
      return .string(message.split(separator: "\n").joined(separator: " "))
    },
    Column("First Seen", wide: true) { event, now in
      let first = event.text("firstTimestamp") + event.text("deprecatedFirstTimestamp")
      return .string(Ages.since(first.isEmpty ? event.text("eventTime") : first, now: now))
    },
    Column("Count", "integer", wide: true) { event, _ in
      let count =
        event.number("series", "count") ?? event.number("count")
        ?? event.number("deprecatedCount") ?? 1
      return .integer(Int64(max(count, 1)))
    },
    Column("Name", wide: true, format: "name") { event, _ in .string(event.name) },
  ]

  private static func lastSeen(_ event: JSONValue, _ now: Int64) -> String {
    let series = event.text("series", "lastObservedTime")
    if !series.isEmpty { return Ages.since(series, now: now) }
    let last = event.text("lastTimestamp") + event.text("deprecatedLastTimestamp")
    return Ages.since(last.isEmpty ? event.text("eventTime") : last, now: now)
  }

  static let volumes = [
    name, text("Capacity", "spec", "capacity", "storage"),
    Column("Access Modes") { object, _ in .string(accessModes(object.list("spec", "accessModes")))
    },
    text("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
    Column("Status") { object, _ in
      .string(object.isBeingDeleted ? "Terminating" : object.text("status", "phase"))
    },
    Column("Claim") { object, _ in
      guard let claim = object.at("spec", "claimRef") else { return "" }
      return .string("\(claim.text("namespace"))/\(claim.text("name"))")
    },
    text("StorageClass", "spec", "storageClassName"),
    text("VolumeAttributesClass", empty: "<unset>", "spec", "volumeAttributesClassName"),
    text("Reason", "status", "reason"), age,
    text("VolumeMode", wide: true, empty: "<unset>", "spec", "volumeMode"),
  ]

  static let claims = [
    name,
    Column("Status") { object, _ in
      .string(object.isBeingDeleted ? "Terminating" : object.text("status", "phase"))
    },
    text("Volume", "spec", "volumeName"), text("Capacity", "status", "capacity", "storage"),
    Column("Access Modes") { object, _ in
      .string(accessModes(object.list("status", "accessModes")))
    },
    text("StorageClass", "spec", "storageClassName"),
    text("VolumeAttributesClass", empty: "<unset>", "spec", "volumeAttributesClassName"), age,
    text("VolumeMode", wide: true, empty: "<unset>", "spec", "volumeMode"),
  ]

  static let quotas = [
    name,
    Column("Request") { object, _ in .string(quota(object) { !$0.hasPrefix("limits.") }) },
    Column("Limit") { object, _ in .string(quota(object) { $0.hasPrefix("limits.") }) }, age,
  ]

  private static func quota(_ object: JSONValue, _ wanted: (String) -> Bool) -> String {
    let hard = object.at("status", "hard")?.object ?? object.at("spec", "hard")?.object ?? [:]
    return hard.filter { wanted($0.key) }.sorted { $0.key < $1.key }.map { name, limit in
      let used = object.text("status", "used", name)
      return "\(name): \(used.isEmpty ? "0" : used)/\(limit.string ?? "")"
    }.joined(separator: ", ")
  }

  static let limitRanges = [
    name,
    Column("Created At", "date") { object, _ in
      object.at("metadata", "creationTimestamp") ?? .null
    },
  ]
}
