import Documents
import HTTP
import Linux
import Support

/// `kubectl port-forward`.
enum PortForward {
  static let command = Command(
    name: "port-forward", usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...]",
    summary: "Forward one or more local ports to a pod",
    flags: [
      .list("address", "Addresses of this machine to listen at"),
      .duration("pod-running-timeout", "How long to wait for the pod", standard: "1m0s"),
    ], examples: ["kubectl port-forward pod/web 8080:80", "kubectl port-forward svc/web :80"]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let words = invocation.words
    guard words.count >= 2 else {
      throw invocation.usageError("TYPE/NAME and list of ports are required for port-forward")
    }
    let session = try Session(invocation)
    let choice = PodChoice(session: session)
    var service: JSONValue?
    if words[0].contains("/") {
      let part = try Selection(session).parts([words[0]])[0]
      if part.kind.kind == "Service" { service = try session.get(part.kind, part.names[0]) }
    }
    let pod = try choice.pod(words[0])
    guard pod.text("status", "phase") == "Running" else {
      throw KubectlError(
        "unable to forward port because pod is not running. Current status=\(pod.text("status", "phase"))"
      )
    }
    let ports = try words.dropFirst().map { try port($0, pod, service) }
    let kind = try session.discovery.kind(named: "pods")
    let socket = try session.client.upgrade(
      kind.path(namespace: pod.namespace, name: pod.name, subresource: "portforward"), query: [],
      protocols: PortForwarder.protocols)
    let forwarder = PortForwarder(socket)
    for port in ports { try listen(forwarder, port, invocation.flags.list("address")) }
    try forwarder.run()
  }

  private static func listen(
    _ forwarder: PortForwarder, _ port: PortForwarder.Port, _ addresses: [String]
  ) throws {
    let names = addresses.isEmpty ? ["localhost"] : addresses
    var failures: [String] = []
    var taken: UInt16 = port.local
    var count = 0
    for name in names {
      let all =
        name == "localhost"
        ? [IPAddress("127.0.0.1"), IPAddress("::1")].compactMap { $0 }
        : try NameResolver().addresses(of: name)
      for address in all {
        do {
          taken = try forwarder.listen(
            address, PortForwarder.Port(local: taken, remote: port.remote))
          let text = "\(address)"
          let host = text.contains(":") ? "[\(text)]" : text
          Screen.print("Forwarding from \(host):\(taken) -> \(port.remote)")
          count += 1
        } catch {
          failures.append("\(error)")
        }
      }
    }
    if count == 0 {
      throw KubectlError(
        "unable to listen on any of the requested ports: [{\(port.local) \(port.remote)}]")
    }
  }

  /// `8080:80`, `80`, `:http`; of a service the pod's port behind the service's.
  private static func port(_ text: String, _ pod: JSONValue, _ service: JSONValue?) throws
    -> PortForwarder.Port
  {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let last = parts.last, !last.isEmpty else {
      throw KubectlError("invalid port format '\(text)'")
    }
    let remote = try number(last, pod, service)
    if parts.count == 2, parts[0].isEmpty { return PortForwarder.Port(local: 0, remote: remote) }
    if parts.count == 1, let same = UInt16(last) {
      return PortForwarder.Port(local: same, remote: remote)
    }
    if parts.count == 1 {
      return PortForwarder.Port(local: UInt16(clamping: remote), remote: remote)
    }
    guard let local = UInt16(parts[0]) else {
      throw KubectlError(
        "error parsing local port '\(parts[0])': strconv.ParseUint: parsing \"\(parts[0])\": invalid syntax"
      )
    }
    return PortForwarder.Port(local: local, remote: remote)
  }

  private static func number(_ text: String, _ pod: JSONValue, _ service: JSONValue?) throws -> Int
  {
    func named(_ name: String) throws -> Int {
      for container in pod.list("spec", "containers") {
        for port in container.list("ports") where port.text("name") == name {
          return port.number("containerPort") ?? 0
        }
      }
      throw KubectlError("Pod '\(pod.name)' does not have a named port '\(name)'")
    }
    guard let service else { return try Int(text) ?? named(text) }
    let port = service.list("spec", "ports").first {
      $0.number("port") == Int(text) || $0.text("name") == text
    }
    guard let port else {
      throw KubectlError("Service \(service.name) does not have a service port \(text)")
    }
    if service.text("spec", "clusterIP") == "None" { return port.number("port") ?? 0 }
    let target = port["targetPort"] ?? .null
    return try target.int ?? named(target.string ?? "")
  }
}
