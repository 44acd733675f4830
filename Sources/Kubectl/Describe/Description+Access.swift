import Documents
import Kube
import Support

extension Description {
  mutating func role(_ object: JSONValue) {
    field("Name", object.name)
    map("Labels", object.labels)
    annotations(object)
    line("PolicyRule:\n  Resources\tNon-Resource URLs\tResource Names\tVerbs")
    line(1, "---------\t-----------------\t--------------\t-----")
    func words(_ rule: JSONValue, _ key: String) -> [String] { rule.list(key).compactMap(\.string) }
    typealias Row = (group: String, resource: String, urls: String, names: String, verbs: [String])
    var rows: [Row] = []
    for rule in object.list("rules") {
      let verbs = words(rule, "verbs")
      let names = "[\(words(rule, "resourceNames").joined(separator: " "))]"
      for group in words(rule, "apiGroups") {
        for resource in words(rule, "resources") {
          var name = resource
          if !group.isEmpty {
            let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
            name = "\(parts[0]).\(group)" + (parts.count > 1 ? "/\(parts[1])" : "")
          }
          rows.append((group, name, "[]", names, verbs))
        }
      }
      let urls = words(rule, "nonResourceURLs")
      if !urls.isEmpty { rows.append(("", "", "[\(urls.joined(separator: " "))]", names, verbs)) }
    }
    // Rules about the same things are shown as one.
    var merged: [Row] = []
    for row in rows {
      if let index = merged.firstIndex(where: {
        $0.resource == row.resource && $0.urls == row.urls && $0.names == row.names
      }) {
        merged[index].verbs += row.verbs.filter { !merged[index].verbs.contains($0) }
      } else {
        merged.append(row)
      }
    }
    // By verbs first, as Go's text of a rule begins with them.
    func key(_ row: Row) -> [String] {
      [row.verbs.joined(separator: " "), row.group, row.resource, row.names, row.urls]
    }
    for row in merged.sorted(by: { key($0).lexicographicallyPrecedes(key($1)) }) {
      line(1, "\(row.resource)\t\(row.urls)\t\(row.names)\t[\(row.verbs.joined(separator: " "))]")
    }
  }

  mutating func binding(_ object: JSONValue) {
    field("Name", object.name)
    map("Labels", object.labels)
    annotations(object)
    line("Role:")
    field(1, "Kind", object.text("roleRef", "kind"))
    field(1, "Name", object.text("roleRef", "name"))
    line("Subjects:\n  Kind\tName\tNamespace")
    line(1, "----\t----\t---------")
    for subject in object.list("subjects") {
      line(
        1, "\(subject.text("kind"))\t\(subject.text("name"))\t\(subject.text("namespace"))")
    }
  }

  mutating func disruptionBudget(_ object: JSONValue, _ session: Session) throws {
    head(object)
    if let least = object.at("spec", "minAvailable") {
      field("Min available", JSONPath.text(least))
    } else if let most = object.at("spec", "maxUnavailable") {
      field("Max unavailable", JSONPath.text(most))
    }
    field("Selector", object.at("spec", "selector").map { DescribeText.selector($0) } ?? "<unset>")
    line("Status:")
    for (title, key) in [
      ("Allowed disruptions", "disruptionsAllowed"), ("Current", "currentHealthy"),
      ("Desired", "desiredHealthy"), ("Total", "expectedPods"),
    ] { field(2, title, "\(object.number("status", key) ?? 0)") }
    try events(of: object, session)
  }

  mutating func autoscaler(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    field("CreationTimestamp", DescribeText.time(object.text("metadata", "creationTimestamp")))
    let target = object.at("spec", "scaleTargetRef") ?? .null
    field("Reference", "\(target.text("kind"))/\(target.text("name"))")
    line("Metrics:\t( current / target )")
    for metric in object.list("spec", "metrics") where metric.text("type") == "Resource" {
      let name = metric.text("resource", "name")
      let now = object.list("status", "currentMetrics")
        .first { $0.text("resource", "name") == name }
      let goal = metric.at("resource", "target") ?? .null
      let current = now?.at("resource", "current")
      if let share = goal.number("averageUtilization") {
        let seen = current?.number("averageUtilization")
          .map { "\($0)% (\(current?.text("averageValue") ?? ""))" }
        line(
          1,
          "resource \(name) on pods  (as a percentage of request):\t\(seen ?? "<unknown>") / \(share)%"
        )
      } else {
        line(
          1,
          "resource \(name) on pods:\t\(current?.text("averageValue") ?? "<unknown>") / "
            + goal.text("averageValue"))
      }
    }
    field("Min replicas", object.number("spec", "minReplicas").map { "\($0)" } ?? "<unset>")
    field("Max replicas", "\(object.number("spec", "maxReplicas") ?? 0)")
    line(
      "\(target.text("kind")) pods:\t\(object.number("status", "currentReplicas") ?? 0) current / "
        + "\(object.number("status", "desiredReplicas") ?? 0) desired")
    let conditions = object.list("status", "conditions")
    if !conditions.isEmpty {
      line("Conditions:\n  Type\tStatus\tReason\tMessage")
      line(1, "----\t------\t------\t-------")
      for condition in conditions {
        line(
          1,
          ["type", "status", "reason", "message"].map { condition.text($0) }
            .joined(separator: "\t"))
      }
    }
    try events(of: object, session)
  }

  mutating func storageClass(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    let standard = object.annotations["storageclass.kubernetes.io/is-default-class"] == "true"
    field("IsDefaultClass", standard ? "Yes" : "No")
    field("Annotations", LabelText.of(object.annotations))
    field("Provisioner", object.text("provisioner"))
    field("Parameters", LabelText.of(object.map("parameters")))
    field(
      "AllowVolumeExpansion",
      object["allowVolumeExpansion"].map { DescribeText.bool($0.bool ?? false) } ?? "<unset>")
    let options = object.list("mountOptions").compactMap(\.string)
    if options.isEmpty {
      field("MountOptions", "<none>")
    } else {
      line("MountOptions:")
      for option in options { line(1, option) }
    }
    field("ReclaimPolicy", object.text("reclaimPolicy"))
    field("VolumeBindingMode", DescribeText.orUnset(object.text("volumeBindingMode")))
    try events(of: object, session)
  }

  mutating func priorityClass(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    field("Value", "\(object.number("value") ?? 0)")
    field("GlobalDefault", "\(object.flag("globalDefault"))")
    field("PreemptionPolicy", object.text("preemptionPolicy"))
    field("Description", object.text("description"))
    field("Annotations", LabelText.of(object.annotations))
    try events(of: object, session)
  }
}
