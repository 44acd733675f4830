import Documents
import Kube
import Support

extension Description {
  /// The containers of a pod, or of a pod template when there are no statuses.
  mutating func containers(
    _ title: String, _ containers: [JSONValue], _ statuses: [JSONValue], isAlways: Bool = false,
    isTemplate: Bool = false
  ) {
    guard !containers.isEmpty || isAlways else { return }
    line(isTemplate ? 1 : 0, containers.isEmpty ? "\(title):\t<none>" : "\(title):")
    for container in containers {
      let status = statuses.first { $0.text("name") == container.text("name") }
      line(1, "\(isTemplate ? " " : "")\(container.text("name")):")
      if let status { field(2, "Container ID", status.text("containerID")) }
      field(2, "Image", container.text("image"))
      if let status { field(2, "Image ID", status.text("imageID")) }
      ports(container.list("ports"), 2)
      securityProfile(container, 2)
      words("Command", container.list("command"), 2)
      words("Args", container.list("args"), 2)
      if let status { state(status, 2) }
      resources(container, 2)
      for (title, key) in [
        ("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe"),
      ] {
        if let probe = container[key] { field(2, title, ProbeText.of(probe)) }
      }
      variables(container, 2)
      mounts(container.list("volumeMounts"), 2)
    }
  }

  private mutating func securityProfile(_ container: JSONValue, _ level: Int) {
    let type = container.text("securityContext", "seccompProfile", "type")
    if !type.isEmpty { field(level, "SeccompProfile", type) }
  }

  private mutating func ports(_ ports: [JSONValue], _ level: Int) {
    func text(_ key: String) -> [String] {
      ports.map { port in
        let name = port.text("protocol")
        return "\(port.number(key) ?? 0)/\(name.isEmpty ? "TCP" : name)"
      }
    }
    let (inner, outer) = (text("containerPort"), text("hostPort"))
    let plural = ports.count > 1 ? "s" : ""
    field(level, "Port\(plural)", DescribeText.orNone(inner.joined(separator: ", ")))
    field(level, "Host Port\(plural)", DescribeText.orNone(outer.joined(separator: ", ")))
  }

  private mutating func words(_ title: String, _ words: [JSONValue], _ level: Int) {
    guard !words.isEmpty else { return }
    line(level, "\(title):")
    for word in words {
      for part in (word.string ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
        line(level + 1, String(part))
      }
    }
  }

  private mutating func state(_ status: JSONValue, _ level: Int) {
    state("State", status["state"] ?? .null, level)
    if let last = status["lastState"], last["terminated"] != nil {
      state("Last State", last, level)
    }
    field(level, "Ready", DescribeText.bool(status.flag("ready")))
    field(level, "Restart Count", "\(status.number("restartCount") ?? 0)")
  }

  private mutating func state(_ title: String, _ state: JSONValue, _ level: Int) {
    if let running = state["running"] {
      field(level, title, "Running")
      field(level + 1, "Started", DescribeText.time(running.text("startedAt")))
    } else if let waiting = state["waiting"] {
      field(level, title, "Waiting")
      if !waiting.text("reason").isEmpty { field(level + 1, "Reason", waiting.text("reason")) }
    } else if let ended = state["terminated"] {
      field(level, title, "Terminated")
      if !ended.text("reason").isEmpty { field(level + 1, "Reason", ended.text("reason")) }
      if !ended.text("message").isEmpty { field(level + 1, "Message", ended.text("message")) }
      field(level + 1, "Exit Code", "\(ended.number("exitCode") ?? 0)")
      if let signal = ended.number("signal"), signal > 0 { field(level + 1, "Signal", "\(signal)") }
      field(level + 1, "Started", DescribeText.time(ended.text("startedAt")))
      field(level + 1, "Finished", DescribeText.time(ended.text("finishedAt")))
    } else {
      field(level, title, "Waiting")
    }
  }

  private mutating func resources(_ container: JSONValue, _ level: Int) {
    for (title, key) in [("Limits", "limits"), ("Requests", "requests")] {
      let values = container.map("resources", key)
      guard !values.isEmpty else { continue }
      line(level, "\(title):")
      for name in values.keys.sorted() { field(level + 1, name, values[name] ?? "") }
    }
  }

  private mutating func variables(_ container: JSONValue, _ level: Int) {
    let sources = container.list("envFrom")
    if !sources.isEmpty {
      line(level, "Environment Variables from:")
      for source in sources {
        let (kind, reference) =
          source["configMapRef"].map { ("ConfigMap", $0) }
          ?? ("Secret", source["secretRef"] ?? .null)
        let prefix = source.text("prefix")
        line(
          level + 1,
          "\(reference.text("name"))\t\(kind)\(prefix.isEmpty ? "" : " with prefix '\(prefix)'")\tOptional: "
            + "\(reference.flag("optional"))")
      }
    }
    let all = container.list("env")
    line(level, all.isEmpty ? "Environment:\t<none>" : "Environment:")
    for variable in all {
      let name = variable.text("name")
      guard let source = variable["valueFrom"] else {
        let parts = variable.text("value").split(separator: "\n", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
          line(level + 1, (index == 0 ? "\(name):" : "") + "\t\(part)")
        }
        continue
      }
      line(level + 1, "\(name):\t\(Self.source(source))")
    }
  }

  private static func source(_ source: JSONValue) -> String {
    if let field = source["fieldRef"] {
      let version = field.text("apiVersion").isEmpty ? "v1" : field.text("apiVersion")
      return " (\(version):\(field.text("fieldPath")))"
    }
    if let resource = source["resourceFieldRef"] {
      return " (\(resource.text("resource")))"
    }
    for (key, word) in [("secretKeyRef", "secret"), ("configMapKeyRef", "config map")] {
      guard let reference = source[key] else { continue }
      return
        "<set to the key '\(reference.text("key"))' of \(word) '\(reference.text("name"))'>\t"
        + "Optional: \(reference.flag("optional"))"
    }
    return ""
  }

  private mutating func mounts(_ mounts: [JSONValue], _ level: Int) {
    guard !mounts.isEmpty else { return line(level, "Mounts:\t<none>") }
    line(level, "Mounts:")
    for mount in mounts.sorted(by: { $0.text("mountPath") < $1.text("mountPath") }) {
      var flags = [mount.flag("readOnly") ? "ro" : "rw"]
      if !mount.text("subPath").isEmpty { flags.append("path=\"\(mount.text("subPath"))\"") }
      line(
        level + 1,
        "\(mount.text("mountPath")) from \(mount.text("name")) (\(flags.joined(separator: ",")))")
    }
  }
}

/// Probes on one line.
enum ProbeText {
  static func of(_ probe: JSONValue) -> String {
    let attributes =
      "delay=\(probe.number("initialDelaySeconds") ?? 0)s timeout="
      + "\(probe.number("timeoutSeconds") ?? 1)s period=\(probe.number("periodSeconds") ?? 10)s "
      + "#success=\(probe.number("successThreshold") ?? 1) "
      + "#failure=\(probe.number("failureThreshold") ?? 3)"
    if let exec = probe["exec"] {
      let words = exec.list("command").compactMap(\.string).joined(separator: " ")
      return "exec [\(words)] \(attributes)"
    }
    if let http = probe["httpGet"] {
      let scheme = http.text("scheme").isEmpty ? "http" : http.text("scheme").lowercased()
      let port = JSONPath.text(http["port"] ?? "")
      let path = http.text("path")
      return
        "http-get \(scheme)://\(http.text("host")):\(port)\(path.hasPrefix("/") ? "" : "/")\(path) "
        + attributes
    }
    if let tcp = probe["tcpSocket"] {
      return "tcp-socket \(tcp.text("host")):\(JSONPath.text(tcp["port"] ?? "")) \(attributes)"
    }
    if let grpc = probe["grpc"] {
      return "grpc <pod>:\(grpc.number("port") ?? 0) \(grpc.text("service")) \(attributes)"
    }
    return "unknown \(attributes)"
  }
}
