import Documents
import Support

extension TableColumns {
  static let createdAt = Column("Created At", "date") { object, _ in
    object.at("metadata", "creationTimestamp") ?? .null
  }
  static let roles = [name, createdAt]

  static let roleBindings =
    [
      name,
      Column("Role") { object, _ in
        .string("\(object.text("roleRef", "kind"))/\(object.text("roleRef", "name"))")
      }, age,
    ]
    + [("Users", "User"), ("Groups", "Group"), ("ServiceAccounts", "ServiceAccount")].map {
      title, kind in
      Column(title, wide: true) { object, _ in
        .string(
          object.list("subjects").filter { $0.text("kind") == kind }.map {
            kind == "ServiceAccount"
              ? "\($0.text("namespace"))/\($0.text("name"))" : $0.text("name")
          }.joined(separator: ", "))
      }
    }

  static let leases = [name, text("Holder", "spec", "holderIdentity"), age]

  static let storageClasses = [
    Column("Name", format: "name") { object, _ in
      let marks = [
        "storageclass.kubernetes.io/is-default-class",
        "storageclass.beta.kubernetes.io/is-default-class",
      ]
      let isDefault = marks.contains { object.annotations[$0] == "true" }
      return .string(object.name + (isDefault ? " (default)" : ""))
    },
    text("Provisioner", "provisioner"), text("ReclaimPolicy", empty: "Delete", "reclaimPolicy"),
    text("VolumeBindingMode", empty: "Immediate", "volumeBindingMode"),
    Column("AllowVolumeExpansion") { object, _ in
      .string(object.flag("allowVolumeExpansion") ? "true" : "false")
    }, age,
  ]

  static let priorityClasses = [
    name, number("Value", "value"),
    Column("Global-Default", "boolean") { object, _ in .bool(object.flag("globalDefault")) }, age,
    text("PreemptionPolicy", "preemptionPolicy"),
  ]

  static let runtimeClasses = [name, text("Handler", "handler"), age]

  static let certificateRequests = [
    name, age, text("SignerName", "spec", "signerName"), text("Requestor", "spec", "username"),
    Column("RequestedDuration") { object, _ in
      guard let seconds = object.number("spec", "expirationSeconds") else { return "<none>" }
      return .string(Ages.text(seconds: Int64(seconds)))
    },
    Column("Condition") { object, _ in
      let types = object.list("status", "conditions").map { $0.text("type") }
      var words: [String] = []
      if types.contains("Approved") { words.append("Approved") }
      if types.contains("Denied") { words.append("Denied") }
      if types.contains("Failed") { words.append("Failed") }
      if words.isEmpty { words = ["Pending"] }
      if !object.text("status", "certificate").isEmpty { words.append("Issued") }
      return .string(words.joined(separator: ","))
    },
  ]

  static let webhooks = [
    name,
    Column("Webhooks", "integer") { object, _ in .integer(Int64(object.list("webhooks").count)) },
    age,
  ]

  static let customResourceDefinitions = [name, createdAt]

  static let apiServices = [
    name,
    Column("Service") { object, _ in
      guard let service = object.at("spec", "service") else { return "Local" }
      return .string("\(service.text("namespace"))/\(service.text("name"))")
    },
    Column("Available") { object, _ in
      guard let condition = object.condition("Available") else { return "Unknown" }
      let status = condition.text("status")
      return .string(status == "True" ? status : "\(status) (\(condition.text("reason")))")
    }, age,
  ]

  static let drivers = [
    name,
    Column("AttachRequired", "boolean") { object, _ in .bool(object.flag("spec", "attachRequired"))
    },
    Column("PodInfoOnMount", "boolean") { object, _ in .bool(object.flag("spec", "podInfoOnMount"))
    },
    Column("StorageCapacity", "boolean") { object, _ in
      .bool(object.flag("spec", "storageCapacity"))
    },
    text("TokenRequests", empty: "<unset>", "spec", "tokenRequests", "audience"),
    Column("RequiresRepublish", "boolean") { object, _ in
      .bool(object.flag("spec", "requiresRepublish"))
    },
    Column("Modes") { object, _ in
      .string(
        object.list("spec", "volumeLifecycleModes").compactMap(\.string)
          .joined(separator: ","))
    }, age,
  ]

  static let flowSchemas = [
    name, text("PriorityLevel", "spec", "priorityLevelConfiguration", "name"),
    number("MatchingPrecedence", "spec", "matchingPrecedence"),
    text("DistinguisherMethod", empty: "<none>", "spec", "distinguisherMethod", "type"), age,
    Column("MissingPL") { object, _ in .string(object.isCondition("Dangling") ? "True" : "False") },
  ]

  static let priorityLevels = [
    name, text("Type", "spec", "type"),
    text(
      "NominalConcurrencyShares", empty: "<none>", "spec", "limited", "nominalConcurrencyShares"),
    text(
      "Queues", empty: "<none>", "spec", "limited", "limitResponse", "queuing", "queues"),
    text(
      "HandSize", empty: "<none>", "spec", "limited", "limitResponse", "queuing", "handSize"),
    text(
      "QueueLengthLimit", empty: "<none>", "spec", "limited", "limitResponse", "queuing",
      "queueLengthLimit"), age,
  ]
}
