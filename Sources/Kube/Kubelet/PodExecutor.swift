import Documents
import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

/// Carries out on the engine what the plan of a pod says.
final class PodExecutor: ObjectSource {
  private let engine: Engine
  private let client: LocalClient
  private let node: String
  private let directory: String
  private let hostAddress: String
  /// Where pods get their addresses from.
  private let range: String
  /// Containers that could not be started, by pod and name.
  private(set) var problems: [String: [String: PodPlan.Problem]] = [:]
  /// Monitors that this process has started: its children, until they have ended.
  private var monitors: Set<pid_t> = []

  init(
    engine: Engine, client: LocalClient, node: String, directory: String, hostAddress: String,
    range: String
  ) {
    self.engine = engine
    self.client = client
    self.node = node
    self.directory = directory
    self.hostAddress = hostAddress
    self.range = range
  }

  private func records() -> [ContainerRecord] { (try? engine.containers()) ?? [] }

  /// The containers of a pod.
  func containers(of uid: String) -> [ObservedContainer] {
    records().compactMap(ObservedContainer.init).filter { $0.podUID == uid }
  }

  /// All containers that there are.
  var containerIDs: Set<String> { Set(records().map(\.id)) }

  /// Returns true when the pod is finished with.
  func carryOut(_ operation: PodPlan.Operation, _ pod: JSONValue) -> Bool {
    switch operation {
    case .startSandbox: attempt(pod, ObservedContainer.sandbox) { try startSandbox(pod) }
    case .start(let name, let number):
      attempt(pod, name) { try start(pod, name, attempt: number) }
    case .signal(let id, let kills): signal(id, kills: kills, pod)
    case .remove(let id):
      if let record = try? engine.container(id) {
        try? engine.remove(record, force: true, volumes: true)
      }
    case .finish:
      destroy(pod.uid)
      _ = try? client.request(
        "DELETE", "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)",
        ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
      return true
    }
    return false
  }

  /// Removes everything of a pod that is gone from the API.
  func destroy(_ uid: String) {
    let own = records().filter { $0.spec.config.labels?[ObservedContainer.podLabel] == uid }
    // The sandbox last: the others live in its namespaces.
    for record in own.sorted(by: { !Self.isSandbox($0) && Self.isSandbox($1) }) {
      try? engine.remove(record, force: true, volumes: true)
    }
    problems[uid] = nil
    try? Directory.removeTree("\(directory)/pods/\(uid)")
  }

  private static func isSandbox(_ record: ContainerRecord) -> Bool {
    record.spec.config.labels?[ObservedContainer.nameLabel] == ObservedContainer.sandbox
  }

  /// Removes the containers of pods that are no longer this node's.
  func removeStrays(keeping uids: Set<String>) {
    let strays = Set(records().compactMap(ObservedContainer.init).map(\.podUID)).subtracting(uids)
    for uid in strays { destroy(uid) }
  }

  // MARK: Starting

  private func attempt(_ pod: JSONValue, _ name: String, _ body: () throws -> Void) {
    do {
      try body()
      problems[pod.uid]?[name] = nil
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

  private func startSandbox(_ pod: JSONValue) throws {
    let spec = ContainerTranslation.sandbox(pod, range: range)
    let image = try image(spec.image, policy: "IfNotPresent")
    try launch(pod, spec, image, ObservedContainer.sandbox, attempt: 0)
  }

  private func start(_ pod: JSONValue, _ name: String, attempt: Int) throws {
    let all = pod.list("spec", "containers") + pod.list("spec", "initContainers")
    guard let container = all.first(where: { $0.text("name") == name }),
      let sandbox = PodPlan.newest(ObservedContainer.sandbox, containers(of: pod.uid))
    else { return }
    var current = pod
    if current.text("status", "podIP").isEmpty {
      current.set("status", "podIP", to: .string(sandbox.address))
    }
    let image = try pull(container, pod)
    let environment = PodEnvironment(
      pod: current, node: node, hostAddress: hostAddress, capacity: NodeReport.capacity,
      source: self)
    let files = PodVolumes(
      pod: current, directory: "\(directory)/pods/\(pod.uid)", environment: environment
    ) { self.token(pod) }
    var paths: [String: String] = [:]
    for mount in container.list("volumeMounts") {
      let wanted = mount.text("name")
      guard let volume = pod.list("spec", "volumes").first(where: { $0.text("name") == wanted })
      else { continue }
      paths[wanted] = try files.path(volume)
    }
    let spec = ContainerTranslation(pod: current, sandboxID: sandbox.id).spec(
      container, attempt: attempt, environment: try environment.variables(of: container),
      volumes: paths)
    try launch(pod, spec, image, name, attempt: attempt)
  }

  private func launch(
    _ pod: JSONValue, _ spec: ContainerSpec, _ image: Image, _ name: String, attempt: Int
  ) throws {
    let title = ContainerTranslation.engineName(pod, name, attempt: attempt)
    if let old = try? engine.container(title) {
      try engine.remove(old, force: true, volumes: true)
    }
    let record = try engine.create(spec, image: image, name: title, startsNow: true) { title }
    if name != ObservedContainer.sandbox {
      note(pod, "Created", "Created container: \(name)", container: name)
    }
    // A program that is not there leaves a container that has ended, with the reason.
    defer { remember(monitorOf: record.id) }
    _ = try engine.start(record, image: image).awaitStart()
    if name != ObservedContainer.sandbox {
      note(pod, "Started", "Started container \(name)", container: name)
    }
  }

  private func remember(monitorOf id: String) {
    if let pid = (try? engine.container(id))?.state.monitor?.pid { monitors.insert(pid) }
  }

  /// Lets go of monitors that have ended.
  func reap() {
    for pid in monitors where waitpid(pid, nil, WNOHANG) != 0 { monitors.remove(pid) }
  }

  private func pull(_ container: JSONValue, _ pod: JSONValue) throws -> Image {
    let name = container.text("image")
    do {
      let image = try image(name, policy: container.text("imagePullPolicy"))
      note(
        pod, "Pulled", "Container image \"\(name)\" already present on machine",
        container: container.text("name"))
      return image
    } catch let error as DklabError {
      if container.text("imagePullPolicy") == "Never" {
        throw ConfigurationError(
          reason: "ErrImageNeverPull",
          message: "Container image \"\(name)\" is not present with pull policy of Never")
      }
      let message = "Failed to pull image \"\(name)\": \(error.message.en)"
      note(pod, "Failed", message, container: container.text("name"), isWarning: true)
      throw ConfigurationError(reason: "ErrImagePull", message: message)
    }
  }

  /// What is on this machine satisfies every policy: there may be no registry to ask.
  private func image(_ name: String, policy: String) throws -> Image {
    let store = try engine.images()
    if let found = try store.find(name) { return found }
    // What was built or loaded on this machine is there for pods too.
    let local = try Engine(root: engine.root, instance: "default")
    if let found = try local.images().find(name) { return found }
    if policy == "Never" { return try store.resolve(name) }
    return try store.pull(try Reference(name)) { _ in }
  }

  private func token(_ pod: JSONValue) -> String? {
    let account = pod.text("spec", "serviceAccountName")
    let path = "/api/v1/namespaces/\(pod.namespace)/serviceaccounts/\(account)/token"
    let answer = try? client.request(
      "POST", path,
      [
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": [
          "expirationSeconds": 3607,
          "boundObjectRef": [
            "kind": "Pod", "apiVersion": "v1", "name": .string(pod.name), "uid": .string(pod.uid),
          ],
        ],
      ])
    return answer?.body.at("status", "token")?.string
  }

  private func signal(_ id: String, kills: Bool, _ pod: JSONValue) {
    guard let record = try? engine.container(id) else { return }
    let name = record.spec.config.labels?[ObservedContainer.nameLabel] ?? ""
    if !kills, name != ObservedContainer.sandbox {
      note(pod, "Killing", "Stopping container \(name)", container: name)
    }
    try? engine.kill(record, signal: kills ? .kill : record.spec.stopSignal)
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
    var all: [JSONValue] = []
    for place in Set(["default", namespace]).sorted() {
      let answer = try? client.request("GET", "/api/v1/namespaces/\(place)/services")
      let found = answer?.body.list("items") ?? []
      all += place == namespace ? found : found.filter { $0.name == "kubernetes" }
    }
    return all
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
    _ = try? client.request("POST", "/dklab/events", note.json)
  }

  /// Starts this program with other arguments on the same instance; its output goes nowhere.
  static func spawn(_ arguments: [String], engine: Engine) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var argv: [UnsafeMutablePointer<CChar>?] = (["dklab"] + arguments).map { strdup($0) } + [nil]
    let variables = [
      "DKLAB_ROOT=\(engine.root.path)", "DKLAB_INSTANCE=\(engine.instance)",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    return posix_spawn(&pid, "/proc/self/exe", &actions, nil, &argv, &envp) == 0 ? pid : nil
  }
}
