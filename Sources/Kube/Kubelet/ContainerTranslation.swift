import Documents
import Engine
import Images
import Linux
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
  /// The file on this machine that is its /etc/hosts, and the node's directory of seccomp profiles.
  var hosts = ""
  var profiles = ""

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
    spec.host.sysctls = PodSecurity(pod: pod).sysctls
    spec.stopTimeout = 0
    return spec
  }

  /// The name of the machine that the pod's containers see.
  static func hostname(_ pod: JSONValue) -> String {
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
  ) throws(ConfigurationError) -> ContainerSpec {
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
    spec.host.mounts = try mounts(container, volumes, known)
    if !hosts.isEmpty, !spec.host.mounts.contains(where: { $0.target == "/etc/hosts" }) {
      spec.host.mounts.append(MountWish(kind: .bind, source: hosts, target: "/etc/hosts"))
    }
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
  ) throws(ConfigurationError) -> [MountWish] {
    var result: [MountWish] = []
    // What the kubelet makes, only the kubelet changes.
    let made = Set(pod.list("spec", "volumes").filter(PodVolumes.isMade).map { $0.text("name") })
    for mount in container.list("volumeMounts") {
      guard let source = volumes[mount.text("name")] else { continue }
      var wish = MountWish(kind: .bind, source: source, target: mount.text("mountPath"))
      wish.readOnly = mount.flag("readOnly") || made.contains(mount.text("name"))
      let sub = try subPath(of: mount, known)
      if !sub.isEmpty {
        try makeSubPath(sub, in: source)
        wish.subpath = sub
      }
      switch mount.text("mountPropagation") {
      case "Bidirectional": wish.propagation = "rshared"
      case "HostToContainer": wish.propagation = "rslave"
      default: break
      }
      result.append(wish)
    }
    return result
  }

  /// The part of a volume that is mounted; empty for all of it.
  private func subPath(of mount: JSONValue, _ known: [String: String])
    throws(ConfigurationError) -> String
  {
    let expression = mount.text("subPathExpr")
    if let name = PodEnvironment.unknown(in: expression, known) {
      throw ConfigurationError(
        message: "failed to expand subPathExpr \"\(expression)\": missing value for \"\(name)\"")
    }
    let path = mount.text("subPath") + PodEnvironment.expand(expression, known)
    if path.hasPrefix("/") {
      throw ConfigurationError(message: "error SubPath `\(path)` must not be an absolute path")
    }
    if path.split(separator: "/").contains("..") {
      throw ConfigurationError(
        message: "unable to provision SubPath `\(path)`: must not contain '..'")
    }
    return path
  }

  /// A directory that is not there is made. Links that a container has put into the volume lead nowhere
  /// outside of it, neither here nor when it is mounted.
  private func makeSubPath(_ path: String, in volume: String) throws(ConfigurationError) {
    do {
      let root = try RootedDirectory(volume)
      if try !root.exists(path) { _ = try root.makeDirectories(path, mode: 0o755) }
    } catch {
      throw ConfigurationError(message: "failed to prepare subPath for volumeMount: \(error)")
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
    if let option = PodSecurity(pod: pod).seccomp(container, profiles: profiles) {
      spec.host.securityOptions.append(option)
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
    if let share {
      // The most that the kernel takes, as with the real kubelet.
      spec.host.cpuShares = Int64(min(max(2, Int128(share.milli) * 1024 / 1000), 262_144))
    }
  }
}
