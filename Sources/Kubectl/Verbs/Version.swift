import Documents
import Support

/// `kubectl version`, `cluster-info`, `options`, `completion`, `kustomize`.
enum Version {
  /// The version of the API that this client was written for.
  static let client: JSONValue = [
    "major": "1", "minor": "32", "gitVersion": "v1.32.4", "gitTreeState": "clean",
    "compiler": "swift", "platform": "linux/amd64",
  ]
  private static let kustomize = "v5.5.0"

  static let command = Command(
    name: "version", summary: "Print the client and server version information",
    flags: [
      .bool("client", "Only the client's version"), .string("output", "yaml or json", short: "o"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard ["", "yaml", "json"].contains(flags.string("output")) else {
      throw KubectlError("--output must be 'yaml' or 'json'")
    }
    var failure: (any Error)?
    var server: JSONValue?
    if !flags.bool("client") {
      do {
        server = try Session(invocation).client.request("GET", "/version")
      } catch {
        failure = error
      }
    }
    var document: JSONValue = ["clientVersion": client, "kustomizeVersion": .string(kustomize)]
    if let server { document["serverVersion"] = server }
    switch flags.string("output") {
    case "json": Screen.print(ManifestText.json(document))
    case "yaml": Screen.write(ManifestText.yaml(document) + "\n")
    default:
      Screen.print("Client Version: \(client.text("gitVersion"))")
      Screen.print("Kustomize Version: \(kustomize)")
      if let server { Screen.print("Server Version: \(server.text("gitVersion"))") }
    }
    if let failure { throw failure }
  }

  static let clusterInfo = Command(
    name: "cluster-info", summary: "Display cluster information",
    commands: [dump]
  ) { invocation in
    let session = try Session(invocation)
    let origin = "\(session.config.origin)\(session.config.prefix)"
    let services = try session.list(
      try session.discovery.kind(named: "services"),
      namespace: invocation.flags.isSet("namespace") ? session.namespace : "kube-system",
      labels: "kubernetes.io/cluster-service=true")
    let (green, yellow, plain) = ("\u{1b}[0;32m", "\u{1b}[0;33m", "\u{1b}[0m")
    let isColoured = TerminalCheck.isOutput
    func line(_ name: String, _ address: String) {
      Screen.print(
        isColoured
          ? "\(green)\(name)\(plain) is running at \(yellow)\(address)\(plain)"
          : "\(name) is running at \(address)")
    }
    line("Kubernetes control plane", origin)
    for service in services.list("items") {
      let name = service.labels["kubernetes.io/name"] ?? service.name
      let port = service.list("spec", "ports").first?.text("name") ?? ""
      line(
        name,
        "\(origin)/api/v1/namespaces/\(service.namespace)/services/\(service.name)"
          + "\(port.isEmpty ? "" : ":\(port)")/proxy")
    }
    Screen.print(
      "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")
  }

  private static let dump = Command(
    name: "dump", summary: "Dump relevant information for debugging and diagnosis",
    flags: CommonFlags.output + [
      CommonFlags.allNamespaces, .list("namespaces", "Namespaces to dump"),
      .string("output-directory", "Accepted: - for standard output", standard: "-"),
    ]
  ) { invocation in
    let session = try Session(invocation)
    let flags = invocation.flags
    let format = try OutputFormat(flags)
    func show(_ object: JSONValue) throws {
      Screen.write(
        format.isStandard
          ? ManifestText.json(ManifestText.sorted(object)) + "\n" : try format.text(object))
    }
    func list(_ name: String, _ namespace: String?) throws -> JSONValue {
      try session.list(try session.discovery.kind(named: name), namespace: namespace)
    }
    try show(try list("nodes", nil))
    var namespaces = flags.list("namespaces")
    if flags.bool("all-namespaces") {
      namespaces = try list("namespaces", nil).list("items").map(\.name)
    } else if namespaces.isEmpty {
      namespaces = ["kube-system", session.namespace]
    }
    for namespace in namespaces {
      for kind in [
        "events", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets",
        "pods",
      ] { try show(try list(kind, namespace)) }
      for pod in try list("pods", namespace).list("items") {
        for container in PodChoice.containers(of: pod) {
          let title = "container \(container.name) of pod \(namespace)/\(pod.name)"
          Screen.print("==== START logs for \(title) ====")
          let path = "/api/v1/namespaces/\(namespace)/pods/\(pod.name)/log"
          if let bytes = try? session.client.raw(
            "GET", path, query: [("container", container.name)])
          {
            Screen.write(bytes)
          }
          Screen.print("==== END logs for \(title) ====")
        }
      }
    }
  }

  static let options = Command(
    name: "options", summary: "Print the list of flags inherited by all commands"
  ) { _ in
    Screen.print("The following options can be passed to any command:\n")
    Screen.write(HelpText.options(CommonFlags.global))
  }

  static let kustomizeCommand = Command(
    name: "kustomize", usage: "DIR", summary: "Build a kustomization target from a directory",
    flags: [.string("output", "File to write to", short: "o")]
  ) { invocation in
    let folder = invocation.words.first ?? "."
    let objects = try Kustomization.build(folder)
    let text = objects.map { ManifestText.yaml($0) }.joined(separator: "---\n")
    try OutputTarget.write(text, to: invocation.flags.string("output"))
  }
}
