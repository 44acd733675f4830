import Documents
import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

/// Carries out on the engine what the plan of a pod says. What takes time goes on by itself: a launch
/// (PodExecutor+Launch.swift) is begun here, and heard of through its descriptor.
final class PodExecutor: ObjectSource {
  let engine: Engine
  let client: LocalClient
  let containers: PodContainers
  let hooks: PodHooks
  let outbox: EventOutbox
  /// All services of the cluster: every container is told of them.
  let services: WatchedObjects
  private let node: String
  private let directory: String
  /// What the node says of itself.
  var report: NodeReport
  /// Containers that could not be started, by pod and name.
  private(set) var problems: [String: [String: PodPlan.Problem]] = [:]
  /// What is being launched, by the descriptor that tells of it.
  var launches: [Int32: Launch] = [:]
  /// What is being pulled, by the descriptor that tells of it.
  var pulls: [Int32: Pull] = [:]
  /// Containers whose image has come for them, by pod and name, until they are started.
  var arrived: Set<String> = []
  /// Monitors that this process has started: its children, until they have ended.
  var monitors: Set<pid_t> = []
  /// The images that were built or loaded on this machine are there for pods too.
  private var local: Engine?

  init(
    engine: Engine, client: LocalClient, node: String, directory: String, report: NodeReport
  ) throws {
    self.engine = engine
    self.client = client
    self.node = node
    self.directory = directory
    self.report = report
    containers = try PodContainers(engine)
    hooks = PodHooks(Self.handlers(engine))
    outbox = EventOutbox(client)
    services = WatchedObjects(client, "/api/v1/services")
  }

  /// What runs the commands of probes and hooks.
  static func handlers(_ engine: Engine) -> HandlerProcess {
    HandlerProcess { container, command, output in
      spawn(["exec", "--dies-with-caller", container] + command, engine: engine, output: output)
    }
  }

  /// Carries out what needs no time. Starting is `start`.
  func carryOut(_ operation: PodPlan.Operation, _ pod: JSONValue) {
    switch operation {
    case .startSandbox, .start: break
    case .signal(let id, let kills): signal(id, kills: kills, pod)
    case .remove(let id): remove(id)
    case .finish: cleanUp(pod.uid)
    }
  }

  private func remove(_ id: String) {
    hooks.end(of: id)
    if let record = try? engine.existing(id) {
      try? engine.remove(record, force: true, volumes: true)
    }
    containers.refresh(id)
  }

  /// Forgets all about a pod whose containers are gone.
  private func cleanUp(_ uid: String) {
    problems[uid] = nil
    arrived = arrived.filter { !$0.hasPrefix("\(uid)/") }
    EmptyDirectory.unmountAll(below: "\(directory)/pods/\(uid)")
    try? Directory.removeTree("\(directory)/pods/\(uid)")
  }

  /// Where the files of a pod lie.
  func directory(of pod: JSONValue) -> String { "\(directory)/pods/\(pod.uid)" }

  // MARK: Starting

  func attempt(_ pod: JSONValue, _ name: String, _ body: () throws -> Void) {
    do {
      try body()
      // How often an image has not come counts until it has.
      if !isPulling(pod, name) { problems[pod.uid]?[name] = nil }
    } catch let error as MountProblem {
      remember(pod, error)
    } catch let error as ConfigurationError {
      remember(pod, name, error.reason, error.message)
    } catch let error as DklabError {
      remember(pod, name, "RunContainerError", error.message.en)
    } catch {
      remember(pod, name, "RunContainerError", "\(error)")
    }
  }

  private func remember(_ pod: JSONValue, _ name: String, _ reason: String, _ message: String) {
    let before = problems[pod.uid]?[name]
    let count = (before?.count ?? 0) + 1
    let wait = min(reason.contains("Config") ? 2 : 10 << Int64(min(count - 1, 5)), 300)
    var shown = reason
    // The second failure on is waited for.
    if reason == "ErrImagePull", count > 1 { shown = "ImagePullBackOff" }
    problems[pod.uid, default: [:]][name] = PodPlan.Problem(
      reason: shown, message: message, next: wallClockNanoseconds() + Int64(wait) * 1_000_000_000,
      count: count)
    let isSandbox = name == ObservedContainer.sandbox
    note(
      pod, isSandbox ? "FailedCreatePodSandBox" : "Failed",
      isSandbox
        ? "Failed to create pod sandbox: \(message)"
        : "Error: \(reason == "ErrImagePull" ? reason : message)", container: name,
      isWarning: true)
  }

  /// The kubelet tries a volume again after half a second, and then ever later.
  private func remember(_ pod: JSONValue, _ error: MountProblem) {
    let name = ObservedContainer.sandbox
    let count = (problems[pod.uid]?[name]?.count ?? 0) + 1
    let wait = min(Int64(500_000_000) << Int64(min(count - 1, 8)), 122_000_000_000)
    problems[pod.uid, default: [:]][name] = PodPlan.Problem(
      reason: "FailedMount", message: error.message, next: wallClockNanoseconds() + wait,
      count: count)
    note(pod, "FailedMount", error.message, container: name, isWarning: true)
  }

  /// Begins to start a container, or the sandbox.
  func start(_ operation: PodPlan.Operation, _ pod: JSONValue) {
    switch operation {
    case .startSandbox:
      attempt(pod, ObservedContainer.sandbox) { try startSandbox(pod) }
    case .start(let name, let number): attempt(pod, name) { try start(pod, name, attempt: number) }
    default: break
    }
  }

  private func startSandbox(_ pod: JSONValue) throws {
    // All of them first: a pod of which one is missing has no network and no address yet.
    try volumes(of: pod, self).make()
    let spec = ContainerTranslation.sandbox(pod, range: report.range)
    // The sandbox's image is the kit's own: it is on the shelf.
    let image =
      try presentImage(spec.image, policy: "")
      ?? engine.images().pull(try Reference(spec.image)) { _ in }
    try launch(pod, spec, image, ObservedContainer.sandbox, attempt: 0)
  }

  /// What the pod says of one of its containers.
  static func container(_ name: String, of pod: JSONValue) -> JSONValue? {
    for list in ["containers", "initContainers", "ephemeralContainers"] {
      if let found = pod.list("spec", list).first(where: { $0.text("name") == name }) {
        return found
      }
    }
    return nil
  }

  /// The volumes of a pod, made from the objects that `source` knows.
  func volumes(of pod: JSONValue, _ source: any ObjectSource) -> PodVolumes {
    let environment = PodEnvironment(
      pod: pod, node: node, hostAddress: report.address, capacity: report.allocatable,
      source: source)
    return PodVolumes(pod: pod, directory: directory(of: pod), environment: environment) {
      self.token(pod, $0)
    }
  }

  private func start(_ pod: JSONValue, _ name: String, attempt: Int) throws {
    let siblings = containers.of(pod.uid)
    guard let container = Self.container(name, of: pod),
      let sandbox = PodPlan.newest(ObservedContainer.sandbox, siblings)
    else { return }
    var current = pod
    if current.text("status", "podIP").isEmpty {
      current.set("status", "podIP", to: .string(sandbox.address))
    }
    guard let image = try pull(container, pod) else { return }
    try PodSecurity(pod: pod).check(container, user: image.config.config.user ?? "")
    let files = volumes(of: current, self)
    let environment = files.environment
    var paths: [String: String] = [:]
    for mount in container.list("volumeMounts") {
      let wanted = mount.text("name")
      guard let volume = pod.list("spec", "volumes").first(where: { $0.text("name") == wanted })
      else { continue }
      paths[wanted] = try files.mounted(volume)
    }
    var translation = ContainerTranslation(pod: current, sandboxID: sandbox.id)
    translation.targetID =
      PodPlan.newest(container.text("targetContainerName"), siblings)?.id ?? ""
    translation.lastWords = try files.lastWords(of: container, attempt: attempt)
    translation.hosts = try files.hosts(address: current.text("status", "podIP"))
    translation.profiles = "\(directory)/seccomp"
    let spec = try translation.spec(
      container, attempt: attempt, environment: try environment.variables(of: container),
      volumes: paths)
    try launch(pod, spec, image, name, attempt: attempt)
  }

  /// What is on this machine satisfies every policy: there may be no registry to ask. Nil for one that
  /// is not, unless the policy forbids to bring it.
  func presentImage(_ name: String, policy: String) throws -> Image? {
    let store = try engine.images()
    if let found = try store.find(name) { return found }
    let local = try local ?? Engine(root: engine.root, instance: "default")
    self.local = local
    if let found = try local.images().find(name) { return found }
    return policy == "Never" ? try store.resolve(name) : nil
  }

  private func token(_ pod: JSONValue, _ source: JSONValue) -> String? {
    let account = pod.text("spec", "serviceAccountName")
    let path = "/api/v1/namespaces/\(pod.namespace)/serviceaccounts/\(account)/token"
    var spec: JSONValue = [
      "expirationSeconds": .integer(Int64(source.number("expirationSeconds") ?? 3607)),
      "boundObjectRef": [
        "kind": "Pod", "apiVersion": "v1", "name": .string(pod.name), "uid": .string(pod.uid),
      ],
    ]
    let audience = source.text("audience")
    if !audience.isEmpty { spec["audiences"] = [.string(audience)] }
    let answer = try? client.request(
      "POST", path,
      ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec])
    return answer?.body.at("status", "token")?.string
  }

  private func signal(_ id: String, kills: Bool, _ pod: JSONValue) {
    guard let record = try? engine.existing(id) else { return }
    let name = record.spec.config.labels?[ObservedContainer.nameLabel] ?? ""
    if kills {
      hooks.end(of: id)
    } else if name != ObservedContainer.sandbox {
      note(pod, "Killing", "Stopping container \(name)", container: name)
      if let container = Self.container(name, of: pod),
        hooks.begin(.preStop, of: container, id: id, place: place(of: pod)) == true
      {
        return
      }
    }
    try? engine.kill(record, signal: kills ? .kill : record.spec.stopSignal, waits: false)
  }

  /// Where handlers of a pod's containers find what listens in it.
  func place(of pod: JSONValue) -> HandlerProcess.Place {
    HandlerProcess.Place(
      PodPlan.newest(ObservedContainer.sandbox, containers.of(pod.uid)), host: report.address)
  }

  /// Acts on the end of a hook; `pod` is the one that the container belongs to.
  func finish(_ hook: PodHooks.Ending, _ pod: JSONValue) {
    guard let record = try? engine.existing(hook.container) else { return }
    let name = record.spec.config.labels?[ObservedContainer.nameLabel] ?? ""
    if !hook.succeeded {
      note(
        pod, "Failed\(hook.kind.title)",
        "\(hook.kind.title) failed\(hook.output.isEmpty ? "" : ": \(hook.output)")",
        container: name, isWarning: true)
    }
    switch hook.kind {
    case .preStop: try? engine.kill(record, signal: record.spec.stopSignal, waits: false)
    case .postStart:
      if !hook.succeeded { try? engine.kill(record, signal: .kill, waits: false) }
    }
  }

  /// What a container has written to the disk: changes of its files, and its log.
  func written(_ id: String) -> Int {
    let place = engine.containerDirectory(id)
    return DiskUsage.bytes(below: "\(place)/upper") + DiskUsage.bytes(below: engine.logPath(id))
  }

  // MARK: The API

  func object(_ plural: String, _ namespace: String, _ name: String) -> JSONValue? {
    let place = namespace.isEmpty ? "" : "/namespaces/\(namespace)"
    guard let answer = try? client.request("GET", "/api/v1\(place)/\(plural)/\(name)"),
      answer.isSuccess
    else { return nil }
    return answer.body
  }

  func services(_ namespace: String) -> [JSONValue] {
    services.sorted.filter {
      $0.namespace == namespace || $0.namespace == "default" && $0.name == "kubernetes"
    }
  }

  /// Tells of something that happened to a container.
  func note(
    _ pod: JSONValue, _ reason: String, _ message: String, container: String,
    isWarning: Bool = false
  ) {
    var note = EventNote(pod, reason, message, from: "kubelet", isWarning: isWarning)
    note.fieldPath =
      container == ObservedContainer.sandbox ? "" : "spec.containers{\(container)}"
    note.host = node
    outbox.add(note)
  }

  /// Starts this program with other arguments on the same instance; its output goes into the file
  /// `output`, or nowhere.
  static func spawn(_ arguments: [String], engine: Engine, output: Int32? = nil) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in Int32(0)...2 {
      if let output, descriptor > 0 {
        posix_spawn_file_actions_adddup2(&actions, output, descriptor)
      } else {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv: [UnsafeMutablePointer<CChar>?] = (["dklab"] + arguments).map { strdup($0) } + [nil]
    let variables = [
      "DKLAB_ROOT=\(engine.root.path)", "DKLAB_INSTANCE=\(engine.instance)",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    return posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &argv, &envp) == 0 ? pid : nil
  }
}
