import Documents
import Kube
import Support

extension Description {
  mutating func configMap(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    line("\nData\n====")
    let data = object.map("data")
    for key in data.keys.sorted() { line("\(key):\n----\n\(data[key] ?? "")\n") }
    line("\nBinaryData\n====")
    let binary = object.map("binaryData")
    for key in binary.keys.sorted() {
      line("\(key): \(Base64.decode(binary[key] ?? "")?.count ?? 0) bytes")
    }
    line("")
    try events(of: object, session)
  }

  mutating func secret(_ object: JSONValue) {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    line("\nType:\t\(object.text("type"))")
    line("\nData\n====")
    let data = object.map("data")
    for key in data.keys.sorted() {
      let bytes = Base64.decode(data[key] ?? "") ?? []
      if object.text("type") == "kubernetes.io/service-account-token", key == "token" {
        line("\(key):\t\(String(decoding: bytes, as: UTF8.self))")
      } else {
        line("\(key):\t\(bytes.count) bytes")
      }
    }
  }

  mutating func namespace(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    map("Labels", object.labels)
    annotations(object)
    field("Status", object.text("status", "phase"))
    let conditions = object.list("status", "conditions")
    if !conditions.isEmpty {
      line("Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage")
      line(1, "----\t------\t------------------\t------\t-------")
      for condition in conditions {
        line(
          1,
          "\(condition.text("type"))\t\(condition.text("status"))\t"
            + "\(DescribeText.time(condition.text("lastTransitionTime")))\t"
            + "\(condition.text("reason"))\t\(condition.text("message"))")
      }
    }
    let quotas = try session.list(
      try session.discovery.kind(named: "resourcequotas"), namespace: object.name
    ).list("items")
    line("")
    if quotas.isEmpty {
      line("No resource quota.")
    } else {
      line("Resource Quotas")
      for quota in quotas {
        field(1, "Name", quota.name)
        quotaTable(quota, level: 1)
      }
    }
    let ranges = try session.list(
      try session.discovery.kind(named: "limitranges"), namespace: object.name
    ).list("items")
    line("")
    if ranges.isEmpty {
      line("No LimitRange resource.")
    } else {
      line("Resource Limits")
      line(1, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio")
      line(1, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------")
      for range in ranges { limits(range, level: 1) }
    }
  }

  private mutating func quotaTable(_ quota: JSONValue, level: Int) {
    line(level, "Resource\tUsed\tHard")
    line(level, "--------\t---\t---")
    let (hard, used) = (quota.map("status", "hard"), quota.map("status", "used"))
    for name in hard.keys.sorted() {
      line(level, "\(name)\t\(used[name] ?? "0")\t\(hard[name] ?? "")")
    }
  }

  mutating func resourceQuota(_ object: JSONValue) {
    head(object)
    let scopes = object.list("spec", "scopes").compactMap(\.string)
    if !scopes.isEmpty { field("Scopes", scopes.joined(separator: ", ")) }
    line("Resource\tUsed\tHard")
    line("--------\t----\t----")
    let (hard, used) = (object.map("status", "hard"), object.map("status", "used"))
    for name in hard.keys.sorted() { line("\(name)\t\(used[name] ?? "0")\t\(hard[name] ?? "")") }
  }

  mutating func limitRange(_ object: JSONValue) {
    head(object)
    line("Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio")
    line("----\t--------\t---\t---\t---------------\t-------------\t-----------------------")
    limits(object, level: 0)
  }

  private mutating func limits(_ range: JSONValue, level: Int) {
    let columns = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"]
    for limit in range.list("spec", "limits") {
      let names = Set(columns.flatMap { limit.map($0).keys })
      for name in names.sorted() {
        let cells = columns.map { limit.map($0)[name] ?? "-" }
        line(level, ([limit.text("type"), name] + cells).joined(separator: "\t"))
      }
    }
  }

  mutating func serviceAccount(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    let secrets = object.list("secrets").map { $0.text("name") }
    let pulls = object.list("imagePullSecrets").map { $0.text("name") }
    func names(_ title: String, _ names: [String]) {
      if names.isEmpty {
        field(title, "<none>")
      } else {
        for (index, name) in names.enumerated() {
          line((index == 0 ? "\(title):" : "") + "\t\(name)")
        }
      }
    }
    names("Image pull secrets", pulls)
    names("Mountable secrets", secrets)
    let tokens = try session.list(
      try session.discovery.kind(named: "secrets"), namespace: object.namespace,
      fields: "type=kubernetes.io/service-account-token"
    ).list("items").filter {
      $0.annotations["kubernetes.io/service-account.name"] == object.name
    }.map(\.name)
    names("Tokens", tokens)
    try events(of: object, session)
  }

  mutating func volumeClaim(_ object: JSONValue, _ session: Session) throws {
    head(object)
    field("StorageClass", object.text("spec", "storageClassName"))
    field(
      "Status",
      object.isBeingDeleted
        ? "Terminating (lasts \(DescribeText.age(of: object.text("metadata", "deletionTimestamp"))))"
        : object.text("status", "phase"))
    field("Volume", object.text("spec", "volumeName"))
    map("Labels", object.labels)
    annotations(object)
    field(
      "Finalizers",
      "[\(object.list("metadata", "finalizers").compactMap(\.string).joined(separator: " "))]")
    field("Capacity", object.text("status", "capacity", "storage"))
    let modes =
      object.text("spec", "volumeName").isEmpty ? [] : object.list("status", "accessModes")
    field("Access Modes", AccessModes.text(modes))
    field("VolumeMode", object.text("spec", "volumeMode"))
    let pods = try session.list(
      try session.discovery.kind(named: "pods"), namespace: object.namespace
    ).list("items").filter { pod in
      pod.list("spec", "volumes").contains {
        $0.text("persistentVolumeClaim", "claimName") == object.name
      }
    }.map(\.name)
    for (index, name) in (pods.isEmpty ? ["<none>"] : pods).enumerated() {
      line((index == 0 ? "Used By:" : "") + "\t\(name)")
    }
    try events(of: object, session)
  }

  mutating func volume(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    map("Labels", object.labels)
    annotations(object)
    field(
      "Finalizers",
      "[\(object.list("metadata", "finalizers").compactMap(\.string).joined(separator: " "))]")
    field("StorageClass", object.text("spec", "storageClassName"))
    field("Status", object.text("status", "phase"))
    let claim = object.at("spec", "claimRef")
    field("Claim", claim.map { "\($0.text("namespace"))/\($0.text("name"))" } ?? "")
    field("Reclaim Policy", object.text("spec", "persistentVolumeReclaimPolicy"))
    field("Access Modes", AccessModes.text(object.list("spec", "accessModes")))
    field("VolumeMode", object.text("spec", "volumeMode"))
    field("Capacity", object.text("spec", "capacity", "storage"))
    let terms = object.list("spec", "nodeAffinity", "required", "nodeSelectorTerms")
    if terms.isEmpty {
      field("Node Affinity", "<none>")
    } else {
      line("Node Affinity:\t")
      line(1, "Required Terms:\t")
      for (index, term) in terms.enumerated() {
        for (place, match) in term.list("matchExpressions").enumerated() {
          let values = match.list("values").compactMap(\.string).joined(separator: ", ")
          line(
            2,
            (place == 0 ? "Term \(index):" : "")
              + "\t\(match.text("key")) \(match.text("operator").lowercased()) [\(values)]")
        }
      }
    }
    field("Message", object.text("status", "message"))
    line("Source:")
    var source = Description()
    source.source(object["spec"] ?? .null)
    for text in source.lines { line(0, "  " + text.drop { $0 == " " }) }
    try events(of: object, session)
  }
}

/// Access modes in their short form.
enum AccessModes {
  private static let short = [
    "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
  ]

  static func text(_ modes: [JSONValue]) -> String {
    modes.compactMap(\.string).map { short[$0] ?? $0 }.joined(separator: ",")
  }
}
