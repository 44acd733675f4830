import Documents
import Kube
import Support

extension Description {
  mutating func node(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    let prefix = "node-role.kubernetes.io/"
    let roles = object.labels.keys.filter { $0.hasPrefix(prefix) && $0.count > prefix.count }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
    field("Roles", DescribeText.orNone(roles.joined(separator: ",")))
    map("Labels", object.labels)
    annotations(object)
    field("CreationTimestamp", DescribeText.time(object.text("metadata", "creationTimestamp")))
    let taints = object.list("spec", "taints").map(TaintText.of)
    for (index, taint) in (taints.isEmpty ? ["<none>"] : taints.sorted()).enumerated() {
      line((index == 0 ? "Taints:" : "") + "\t\(taint)")
    }
    field("Unschedulable", "\(object.flag("spec", "unschedulable"))")
    try lease(object, session)
    let conditions = object.list("status", "conditions")
    if !conditions.isEmpty {
      line("Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
      line(1, "----\t------\t-----------------\t------------------\t------\t-------")
      for condition in conditions {
        line(
          1,
          "\(condition.text("type")) \t\(condition.text("status")) \t"
            + "\(DescribeText.time(condition.text("lastHeartbeatTime"))) \t"
            + "\(DescribeText.time(condition.text("lastTransitionTime"))) \t"
            + "\(condition.text("reason")) \t\(condition.text("message"))")
      }
    }
    line("Addresses:")
    for address in object.list("status", "addresses") {
      field(1, address.text("type"), address.text("address"))
    }
    for (title, key) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
      let values = object.map("status", key)
      guard !values.isEmpty else { continue }
      line("\(title):")
      for name in values.keys.sorted() { field(1, name, values[name] ?? "") }
    }
    system(object.at("status", "nodeInfo") ?? .null)
    let ranges = object.list("spec", "podCIDRs").compactMap(\.string)
    if !object.text("spec", "podCIDR").isEmpty { field("PodCIDR", object.text("spec", "podCIDR")) }
    if !ranges.isEmpty { field("PodCIDRs", ranges.joined(separator: ",")) }
    if !object.text("spec", "providerID").isEmpty {
      field("ProviderID", object.text("spec", "providerID"))
    }
    let pods = try session.list(
      try session.discovery.kind(named: "pods"), namespace: nil,
      fields: "spec.nodeName=\(object.name),status.phase!=Succeeded,status.phase!=Failed"
    ).list("items")
    self.pods(pods, on: object)
    var events = try session.list(
      try session.discovery.kind(named: "events"), namespace: nil,
      fields: "involvedObject.kind=Node,involvedObject.name=\(object.name)"
    ).list("items")
    events = events.filter { [object.uid, object.name].contains($0.text("involvedObject", "uid")) }
    if session.flags.bool("show-events") { self.events(events) }
  }

  private mutating func lease(_ node: JSONValue, _ session: Session) throws {
    let kind = try session.discovery.kind(named: "leases.coordination.k8s.io")
    guard let lease = try? session.get(kind, node.name, namespace: "kube-node-lease") else {
      line("Lease:\tFailed to get lease: leases.coordination.k8s.io \"\(node.name)\" not found")
      return
    }
    line("Lease:")
    field(1, "HolderIdentity", DescribeText.orUnset(lease.text("spec", "holderIdentity")))
    let (acquired, renewed) = (lease.text("spec", "acquireTime"), lease.text("spec", "renewTime"))
    field(1, "AcquireTime", acquired.isEmpty ? "<unset>" : DescribeText.time(acquired))
    field(1, "RenewTime", renewed.isEmpty ? "<unset>" : DescribeText.time(renewed))
  }

  private mutating func system(_ info: JSONValue) {
    line("System Info:")
    for (title, key) in [
      ("Machine ID", "machineID"), ("System UUID", "systemUUID"), ("Boot ID", "bootID"),
      ("Kernel Version", "kernelVersion"), ("OS Image", "osImage"),
      ("Operating System", "operatingSystem"), ("Architecture", "architecture"),
      ("Container Runtime Version", "containerRuntimeVersion"),
      ("Kubelet Version", "kubeletVersion"), ("Kube-Proxy Version", "kubeProxyVersion"),
    ] { field(1, title, info.text(key)) }
  }

  /// The pods on a node, and what they ask for of what it has.
  private mutating func pods(_ pods: [JSONValue], on node: JSONValue) {
    line("Non-terminated Pods:\t(\(pods.count) in total)")
    line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
    line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
    let have = PodResources(node.map("status", "allocatable"))
    func share(_ amount: Quantity, _ name: String) -> String {
      let whole = have[name].nano
      return "(\(whole > 0 ? Int(amount.nano * 100 / whole) : 0)%)"
    }
    var (requests, limits) = (PodResources([:]), PodResources([:]))
    for pod in pods {
      let one = PodResources.of(pod, "requests")
      let other = PodResources.of(pod, "limits")
      requests.add(one)
      limits.add(other)
      let cells = [
        (one, "cpu"), (other, "cpu"), (one, "memory"), (other, "memory"),
      ].map { "\($0.0[$0.1]) \(share($0.0[$0.1], $0.1))" }
      line(
        1,
        "\(pod.namespace)\t\(pod.name)\t\t\(cells.joined(separator: "\t"))\t\(DescribeText.age(pod))"
      )
    }
    line("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)")
    line(1, "Resource\tRequests\tLimits")
    line(1, "--------\t--------\t------")
    for name in ["cpu", "memory", "ephemeral-storage"] {
      line(
        1,
        "\(name)\t\(requests[name]) \(share(requests[name], name))\t"
          + "\(limits[name]) \(share(limits[name], name))")
    }
    let shown = ["cpu", "memory", "ephemeral-storage", "pods", "storage"]
    for name in node.map("status", "allocatable").keys.sorted() where !shown.contains(name) {
      line(1, "\(name)\t\(requests[name])\t\(limits[name])")
    }
  }
}

/// Amounts of resources by name.
struct PodResources {
  private var amounts: [String: Quantity]

  init(_ texts: [String: String]) { amounts = texts.compactMapValues { Quantity($0) } }

  subscript(name: String) -> Quantity { amounts[name] ?? Quantity(0) }

  mutating func add(_ other: PodResources) {
    for (name, amount) in other.amounts {
      amounts[name] = amounts[name].map { $0 + amount } ?? amount
    }
  }

  private mutating func raise(to other: PodResources) {
    for (name, amount) in other.amounts where self[name] < amount { amounts[name] = amount }
  }

  /// What a pod asks for: its containers together, or its largest init container.
  static func of(_ pod: JSONValue, _ key: String) -> PodResources {
    var sum = PodResources([:])
    for container in pod.list("spec", "containers") {
      sum.add(PodResources(container.map("resources", key)))
    }
    var sidecars = PodResources([:])
    var largest = PodResources([:])
    for container in pod.list("spec", "initContainers") {
      var own = PodResources(container.map("resources", key))
      if container.text("restartPolicy") == "Always" {
        sum.add(own)
        sidecars.add(own)
        own = sidecars
      } else {
        own.add(sidecars)
      }
      largest.raise(to: own)
    }
    sum.raise(to: largest)
    return sum
  }
}

/// Taints as text.
enum TaintText {
  /// `key=value:effect`.
  static func of(_ taint: JSONValue) -> String {
    let value = taint.text("value")
    return taint.text("key") + (value.isEmpty ? "" : "=\(value)") + ":" + taint.text("effect")
  }
}
