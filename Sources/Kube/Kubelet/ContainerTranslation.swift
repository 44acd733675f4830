import Documents
import Engine
import Images
import Runtime
import Support

/// A pod's container as the engine's.
struct ContainerTranslation {
  let pod: JSONValue
  let sandboxID: String
  /// Of an ephemeral container, the one whose processes it wants to see.
  var targetID = ""
  /// The file on this machine in which the container leaves its last words.
  var lastWords = ""

  /// The sandbox: a container that does nothing and holds the namespaces that the pod's containers
  /// share, so that each of them may end and begin again.
  ///
  /// Simplification: it is a shell of the image `busybox`; the real one is a program of its own that
  /// also collects orphans.
  static func sandbox(_ pod: JSONValue, range: String) -> ContainerSpec {
    var spec = ContainerSpec(image: "busybox")
    spec.config.entrypoint = ["sleep", "2147483647"]
    spec.config.cmd = []
    spec.config.labels = labels(pod, ObservedContainer.sandbox, attempt: 0)
    spec.hostname = hostname(pod)
    PodNetworkWish(pod: pod, range: range, network: ClusterNetwork()).apply(to: &spec)
    spec.host.ipcMode = pod.flag("spec", "hostIPC") ? "host" : "shareable"
    spec.host.extraHosts = pod.list("spec", "hostAliases").flatMap { alias in
      alias.list("hostnames").compactMap(\.string).map { "\($0):\(alias.text("ip"))" }
    }
    spec.stopTimeout = 0
    return spec
  }

  private static func hostname(_ pod: JSONValue) -> String {
    let name = pod.text("spec", "hostname")
    return String((name.isEmpty ? pod.name : name).prefix(63))
  }

  private static func labels(_ pod: JSONValue, _ name: String, attempt: Int) -> [String: String] {
    [
      ObservedContainer.podLabel: pod.uid, ObservedContainer.nameLabel: name,
      ObservedContainer.attemptLabel: String(attempt),
      ObservedContainer.podNameLabel: pod.name,
      ObservedContainer.podNamespaceLabel: pod.namespace,
    ]
  }

  /// The name of a container in the engine.
  static func engineName(_ pod: JSONValue, _ name: String, attempt: Int) -> String {
    "k8s_\(name)_\(pod.name)_\(pod.namespace)_\(pod.uid.prefix(8))_\(attempt)"
  }

  /// A container of the pod. `volumes` are the paths of the pod's volumes by name.
  func spec(
    _ container: JSONValue, attempt: Int, environment: [(String, String)],
    volumes: [String: String]
  ) -> ContainerSpec {
    var spec = ContainerSpec(image: container.text("image"))
    // A namespace of its own for the name, with the same name in it.
    spec.hostname = Self.hostname(pod)
    let known = Dictionary(environment, uniquingKeysWith: { _, last in last })
    func words(_ key: String) -> [String] {
      container.list(key).compactMap(\.string).map { PodEnvironment.expand($0, known) }
    }
    let command = words("command")
    let arguments = words("args")
    if !command.isEmpty {
      spec.config.entrypoint = command
      spec.config.cmd = arguments
    } else if !arguments.isEmpty {
      spec.config.cmd = arguments
    }
    spec.config.env = environment.map { "\($0.0)=\($0.1)" }
    if !container.text("workingDir").isEmpty {
      spec.config.workingDirectory = container.text("workingDir")
    }
    spec.config.labels = Self.labels(pod, container.text("name"), attempt: attempt)
    // Probes are the kubelet's business, whatever the image says.
    spec.config.healthcheck = .init(test: ["NONE"])
    spec.tty = container.flag("tty")
    spec.openStdin = container.flag("stdin")
    spec.host.networkMode = "container:\(sandboxID)"
    spec.host.usernsMode = "host"
    spec.host.ipcMode = "container:\(sandboxID)"
    spec.host.pidMode =
      pod.flag("spec", "hostPID")
      ? "host"
      : pod.flag("spec", "shareProcessNamespace")
        ? "container:\(sandboxID)" : targetID.isEmpty ? "" : "container:\(targetID)"
    spec.host.mounts = mounts(container, volumes, known)
    if !lastWords.isEmpty {
      let path = container.text("terminationMessagePath")
      spec.host.mounts.append(
        MountWish(
          kind: .bind, source: lastWords, target: path.isEmpty ? "/dev/termination-log" : path))
      spec.config.labels?[ObservedContainer.lastWordsLabel] = lastWords
      spec.config.labels?[ObservedContainer.lastWordsPolicyLabel] =
        container.text("terminationMessagePolicy")
    }
    security(container, &spec)
    resources(container, &spec)
    return spec
  }

  private func mounts(
    _ container: JSONValue, _ volumes: [String: String], _ known: [String: String]
  ) -> [MountWish] {
    container.list("volumeMounts").compactMap { mount in
      guard var source = volumes[mount.text("name")] else { return nil }
      let sub =
        mount.text("subPath") + PodEnvironment.expand(mount.text("subPathExpr"), known)
      if !sub.isEmpty { source += "/" + sub }
      var wish = MountWish(kind: .bind, source: source, target: mount.text("mountPath"))
      wish.readOnly = mount.flag("readOnly")
      wish.createsSource = !sub.isEmpty
      return wish
    }
  }

  private func security(_ container: JSONValue, _ spec: inout ContainerSpec) {
    let own = container["securityContext"] ?? [:]
    let shared = pod.at("spec", "securityContext") ?? [:]
    if let user = own.number("runAsUser") ?? shared.number("runAsUser") {
      let group = own.number("runAsGroup") ?? shared.number("runAsGroup")
      spec.config.user = "\(user)" + (group.map { ":\($0)" } ?? "")
    }
    spec.host.groupAdd = shared.list("supplementalGroups").compactMap { $0.int.map(String.init) }
    if let group = shared.number("fsGroup") { spec.host.groupAdd.append(String(group)) }
    spec.host.privileged = own.flag("privileged")
    spec.host.readonlyRootfs = own.flag("readOnlyRootFilesystem")
    spec.host.capAdd = own.list("capabilities", "add").compactMap(\.string)
    spec.host.capDrop = own.list("capabilities", "drop").compactMap(\.string)
    if own["allowPrivilegeEscalation"] == false {
      spec.host.securityOptions.append("no-new-privileges")
    }
  }

  private func resources(_ container: JSONValue, _ spec: inout ContainerSpec) {
    func amount(_ list: String, _ name: String) -> Quantity? {
      container.at("resources", list, name)?.string.flatMap(Quantity.init)
    }
    if let memory = amount("limits", "memory") {
      spec.host.memory = Int64(memory.units)
      spec.host.memorySwap = spec.host.memory
    }
    if let cpu = amount("limits", "cpu") { spec.host.nanoCpus = Int64(clamping: cpu.nano) }
    let share = amount("requests", "cpu") ?? amount("limits", "cpu")
    if let share { spec.host.cpuShares = Int64(max(2, share.milli * 1024 / 1000)) }
  }
}
