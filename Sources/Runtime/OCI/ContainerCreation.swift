// `create`: everything of a container but its program.
//
// The same plan as for `run`, carried out up to the last steps; the init process then waits for
// `start`, and this one ends. Whoever called it (conmon, containerd's shim) becomes the parent of the
// init process and learns its exit status.
//
// `run` keeps the connection to the init process instead, and starts it over that.
//
// Next: RuntimeProcess.swift, ContainerStart.swift.

import CLinux
import Glibc
import Linux
import Support

/// What `create` is asked for on its command line.
package struct CreationRequest: Sendable {
  package var id: String
  package var bundle: String
  /// Where the specification is; nil for config.json of the bundle.
  package var configuration: String?
  package var pidFile: String?
  package var consoleSocket: String?
  /// Descriptors from 3 on that the program inherits.
  package var preservedDescriptors = 0
  package var pivotsRoot = true
  package var makesKeyring = true

  package init(id: String, bundle: String) {
    self.id = id
    self.bundle = bundle
  }
}

/// A container that has been made for this process to start.
package struct HeldContainer: ~Copyable {
  package let container: RuntimeContainer
  private let process: RuntimeProcess

  init(_ container: RuntimeContainer, _ process: consuming RuntimeProcess) {
    self.container = container
    self.process = process
  }

  /// Lets its program run. Throws `LaunchFailure` when that cannot be executed; the container has
  /// stopped then. Returns warnings.
  package func start(in store: RuntimeStore) throws -> [Text] {
    try store.locked(container.id) {
      guard container.process.isAlive else {
        throw RuntimeStore.refusal(
          "cannot start a container that has stopped", "끝난 컨테이너는 시작할 수 없습니다")
      }
      try process.start()
      return store.runHooks(of: container, .poststart, pid: process.pid)
    }
  }
}

/// Creates one container.
package struct ContainerCreation {
  let request: CreationRequest
  let store: RuntimeStore
  package private(set) var warnings: [Text]
  private var spec: Spec
  /// The file it was read from.
  private let config: [UInt8]
  private let host: HostFacts

  /// Reads and judges the bundle. Nothing is made yet.
  package init(_ request: CreationRequest, in store: RuntimeStore) throws {
    self.request = request
    self.store = store
    config = try SpecFile.contents(bundle: request.bundle, file: request.configuration)
    spec = try SpecFile.read(
      config, file: SpecFile.path(of: request.configuration, in: request.bundle),
      bundle: request.bundle)
    let validation = try SpecValidation(spec)
    warnings = validation.warnings
    var host = HostFacts.observe()
    host.modules = [.appArmor, .selinux].filter(\.isEnabled)
    self.host = host
    warnings += spec.completeForRuntime(id: request.id)
  }

  /// Whether the program wants a terminal.
  package var wantsTerminal: Bool { spec.process?.terminal ?? false }

  /// The plan, for `--explain` and for the launch.
  package func plan() throws -> LaunchPlan { try Planner.plan(wish(), on: host) }

  private func wish() -> LaunchWish {
    var wish = LaunchWish(
      id: request.id, spec: spec, rootfs: .directory(spec.root?.path ?? "/"))
    wish.diesWithMonitor = false
    wish.hasSeccomp = spec.linux?.seccomp != nil
    wish.pivotsRoot = request.pivotsRoot
    wish.keyring = request.makesKeyring ? "_ses.\(request.id)" : nil
    wish.awaitsStart = true
    wish.consoleSize = spec.process?.consoleSize?.windowSize
    return wish
  }

  /// Creates the container. `console` gets the master end of its terminal when there is no socket
  /// to send it to. When anything fails, nothing is left, and its hooks for the end have run.
  package mutating func create(console: (Int32) throws -> Void) throws -> RuntimeContainer {
    try make(isHeld: false, console).container
  }

  /// Creates the container for this process to start it. If this process ends before, so does the
  /// container's.
  package mutating func hold(console: (Int32) throws -> Void) throws -> HeldContainer {
    try make(isHeld: true, console)
  }

  private mutating func make(
    isHeld: Bool, _ console: (Int32) throws -> Void
  ) throws -> HeldContainer {
    guard spec.process != nil else {
      throw DklabError(
        .invalid, id: "spec.field",
        Text("process: is missing", ko: "process: 값이 없습니다"))
    }
    let wish = wish()
    let plan = try Planner.plan(wish, on: host)
    let limits = try (spec.linux?.resources ?? SpecResources()).limits(on: host.cgroups.kind)
    let bounding = try CapabilitySet(names: spec.process?.capabilities?.bounding ?? [])
    let seccomp = try spec.linux?.seccomp?.compile(capabilities: bounding)
    var script = LaunchScript(wish, plan: plan, cgroup: nil, seccomp: seccomp)
    let state = HookState(
      ociVersion: Spec.highestVersion, id: request.id, bundle: request.bundle,
      annotations: spec.annotations)
    script.hookState = state
    inheritDescriptors(&script)
    let directory = try store.reserve(request.id)
    var container = RuntimeContainer(
      hookState: state, rootfs: spec.root?.path ?? "/", created: Self.now(),
      owner: HostUsers.name(of: getuid()) ?? "\(getuid())", spec: spec, directory: directory)
    do {
      try store.keep(config, for: container)
      let process = try make(&container, script, limits, isHeld, console)
      return HeldContainer(container, process)
    } catch {
      discard(container, hooks: error is LaunchFailure)
      throw error
    }
  }

  private mutating func make(
    _ container: inout RuntimeContainer, _ script: LaunchScript, _ limits: CgroupResources,
    _ isHeld: Bool, _ console: (Int32) throws -> Void
  ) throws -> RuntimeProcess {
    let path = spec.linux?.cgroupsPath ?? ""
    // Whoever deletes this container ends everything in its group.
    guard CgroupHandle.isFree(host.cgroups, path: path) else {
      throw DklabError(
        .conflict, id: "oci.cgroup-in-use",
        Text(
          "linux.cgroupsPath: there are processes in the control group \(path) already",
          ko: "linux.cgroupsPath: cgroup \(path)에 이미 프로세스가 있습니다"))
    }
    let made = try CgroupHandle.create(host.cgroups, path: path, resources: limits)
    container.cgroup = made.cgroup
    if let owner = spec.groupOwner { try made.cgroup.delegate(to: owner) }
    warnings += made.warnings
    let listener =
      isHeld ? -1 : try UnixSocket.listen(at: container.startSocket, backlog: 1).release()
    defer { if listener >= 0 { close(listener) } }
    let process = try RuntimeProcess.make(script, cgroup: made.cgroup, listener: listener)
    container.process =
      ProcessIdentity(of: process.pid) ?? ProcessIdentity(pid: process.pid, startTime: 0)
    try store.save(container)
    let pid = process.pid
    let state = container.hookState
    let hooks = HookRunner(state: state, pid: pid)
    let wanted = spec.hooks ?? SpecHooks()
    let agent = SeccompAgent(of: spec)
    try process.prepare(
      hooks: {
        try hooks.run(wanted[.prestart], .prestart)
        try hooks.run(wanted[.createRuntime], .createRuntime)
      },
      console: { master in
        guard let socket = request.consoleSocket else { return try console(master) }
        let connection = try UnixSocket.connect(to: socket)
        try sendDescriptor(
          connection.number, master, text: "/dev/ptmx", subject: socket)
      },
      listener: { number in
        try agent?.give(listener: number, of: pid, state.json(status: "creating", pid: pid))
      })
    container.isReady = true
    try store.tellReady(container)
    if let file = request.pidFile {
      try File.replace(file, "\(process.pid)", durable: false)
    }
    return process
  }

  private func inheritDescriptors(_ script: inout LaunchScript) {
    var count = request.preservedDescriptors
    // The protocol of systemd's socket activation.
    if let text = getenv("LISTEN_FDS").map({ String(cString: $0) }), let more = Int(text), more > 0
    {
      count += more
      script.environment += ["LISTEN_FDS=\(more)", "LISTEN_PID=1"]
    }
    script.inheritedDescriptors = count
  }

  /// Undoes what has been made.
  private func discard(_ container: RuntimeContainer, hooks: Bool) {
    if container.process.pid > 0 {
      kill(container.process.pid, SIGKILL)
      _ = try? waitFor(container.process.pid)
    }
    _ = try? container.cgroup?.killAll()
    try? container.cgroup?.remove()
    try? Directory.removeTree(container.directory)
    guard hooks, container.process.pid > 0 else { return }
    let runner = HookRunner(state: container.hookState, pid: 0)
    try? runner.run((spec.hooks ?? SpecHooks())[.poststop], .poststop)
  }

  private static func now() -> String {
    RFC3339.text(wallClockNanoseconds())
  }
}
