import Documents
import Kube
import Support

extension Description {
  /// A pod.
  mutating func pod(_ pod: JSONValue, _ session: Session) throws {
    field("Name", pod.name)
    field("Namespace", pod.namespace)
    let priority = pod.number("spec", "priority")
    if let priority { field("Priority", "\(priority)") }
    let className = pod.text("spec", "priorityClassName")
    if !className.isEmpty { field("Priority Class Name", className) }
    if let runtime = pod.at("spec", "runtimeClassName")?.string {
      field("Runtime Class Name", runtime)
    }
    let account = pod.text("spec", "serviceAccountName")
    if !account.isEmpty { field("Service Account", account) }
    let node = pod.text("spec", "nodeName")
    let host = pod.text("status", "hostIP")
    field("Node", node.isEmpty ? "<none>" : "\(node)/\(host)")
    let start = pod.text("status", "startTime")
    if !start.isEmpty { field("Start Time", DescribeText.time(start)) }
    map("Labels", pod.labels)
    annotations(pod)
    podStatus(pod)
    if let controller = pod.controllerReference {
      field("Controlled By", "\(controller.text("kind"))/\(controller.text("name"))")
    }
    let nominated = pod.text("status", "nominatedNodeName")
    if !nominated.isEmpty { field("NominatedNodeName", nominated) }
    containers(
      "Init Containers", pod.list("spec", "initContainers"),
      pod.list("status", "initContainerStatuses"))
    containers(
      "Containers", pod.list("spec", "containers"), pod.list("status", "containerStatuses"),
      isAlways: true)
    containers(
      "Ephemeral Containers", pod.list("spec", "ephemeralContainers"),
      pod.list("status", "ephemeralContainerStatuses"))
    let gates = pod.list("spec", "readinessGates")
    if !gates.isEmpty {
      line("Readiness Gates:\n  Type\tStatus")
      for gate in gates {
        let type = gate.text("conditionType")
        line(1, "\(type)\t\(pod.condition(type)?.text("status") ?? "<none>") ")
      }
    }
    let conditions = pod.list("status", "conditions")
    if !conditions.isEmpty {
      line("Conditions:\n  Type\tStatus")
      for condition in conditions {
        line(1, "\(condition.text("type"))\t\(condition.text("status")) ")
      }
    }
    volumes(pod.list("spec", "volumes"))
    field("QoS Class", pod.text("status", "qosClass"))
    map("Node-Selectors", pod.map("spec", "nodeSelector"))
    tolerations(pod.list("spec", "tolerations"))
    spread(pod.list("spec", "topologySpreadConstraints"))
    try events(of: pod, session)
  }

  private mutating func podStatus(_ pod: JSONValue) {
    if pod.isBeingDeleted {
      let time = pod.text("metadata", "deletionTimestamp")
      field("Status", "Terminating (lasts \(DescribeText.age(of: time)))")
      let grace = pod.number("metadata", "deletionGracePeriodSeconds") ?? 0
      field("Termination Grace Period", "\(grace)s")
    } else {
      field("Status", pod.text("status", "phase"))
    }
    for (title, key) in [("Reason", "reason"), ("Message", "message")] {
      let text = pod.text("status", key)
      if !text.isEmpty { field(title, text) }
    }
    let profile = pod.text("spec", "securityContext", "seccompProfile", "type")
    if !profile.isEmpty {
      field("SeccompProfile", profile)
      let local = pod.text("spec", "securityContext", "seccompProfile", "localhostProfile")
      if !local.isEmpty { field("LocalhostProfile", local) }
    }
    field("IP", pod.text("status", "podIP"))
    let addresses = pod.list("status", "podIPs")
    if addresses.isEmpty {
      line("IPs:\t<none>")
    } else {
      line("IPs:")
      for address in addresses { line(1, "IP:\t\(address.text("ip"))") }
    }
  }

  mutating func tolerations(_ tolerations: [JSONValue], level: Int = 0) {
    guard !tolerations.isEmpty else { return field(level, "Tolerations", "<none>") }
    let sorted = tolerations.sorted { $0.text("key") < $1.text("key") }
    for (index, toleration) in sorted.enumerated() {
      var text = toleration.text("key")
      if !toleration.text("value").isEmpty { text += "=" + toleration.text("value") }
      if !toleration.text("effect").isEmpty { text += ":" + toleration.text("effect") }
      if toleration.text("operator") == "Exists", toleration.text("value").isEmpty {
        if toleration.text("key").isEmpty && toleration.text("effect").isEmpty {
          text += "op=Exists"
        } else {
          text += " op=Exists"
        }
      }
      if let seconds = toleration.number("tolerationSeconds") { text += " for \(seconds)s" }
      line(level, (index == 0 ? "Tolerations:" : "") + "\t" + text)
    }
  }

  private mutating func spread(_ constraints: [JSONValue]) {
    for (index, constraint) in constraints.enumerated() {
      var text =
        "\(constraint.text("topologyKey")):\(constraint.text("whenUnsatisfiable")) when max skew "
        + "\(constraint.number("maxSkew") ?? 0) is exceeded"
      if let selector = constraint["labelSelector"] {
        text += " for selector \(DescribeText.selector(selector))"
      }
      line((index == 0 ? "Topology Spread Constraints:" : "") + "\t" + text)
    }
  }
}
