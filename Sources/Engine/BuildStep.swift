// RUN of a Dockerfile: a container without a record. The same plan, the same isolation, the same
// network as `docker run`; but its life is that of one process, which relays the output and ends
// with the build that started it.
//
//   dklab build ── socket ──▶ dklab:step ── clone3 ──▶ the step's program
//
// The step is a copy of the build, or a process that gets its request over the socket
// (BuildStepMain.swift). While the socket is open the build lives. When it closes, the step is
// killed and everything of it cleared away, so that a build that is interrupted or killed leaves
// nothing running.
//
// A step may also be started before the layers that it begins with are there: then it has its namespaces,
// its control group and its place in the network made, and waits for them.
//
// Next: BuildStepMain.swift.

import FoundationEssentials
import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

/// What a step runs, and on what.
package struct BuildStepWish {
  /// 64 hexadecimal digits, for the names of things.
  package var id: String
  /// Holds `upper` and `work`.
  package var directory: String
  /// An empty directory, where the step's tree is mounted in its mount namespace.
  package var mountPoint: String
  package var files: BuildStepFiles
  /// The layers below, top-most first; nil when they are not there yet (`RunningBuildStep.begin`).
  package var lower: [String]?
  package var arguments: [String]
  package var environment: [String]
  package var user: String?
  package var workingDirectory: String
  package var mounts: [MountPoint] = []
  /// Limits, `--add-host`, and the network's mode.
  package var host = HostConfig()

  package init(
    id: String, directory: String, mountPoint: String, files: BuildStepFiles,
    arguments: [String], environment: [String], user: String?, workingDirectory: String
  ) {
    self.id = id
    self.directory = directory
    self.mountPoint = mountPoint
    self.files = files
    self.arguments = arguments
    self.environment = environment
    self.user = user
    self.workingDirectory = workingDirectory
  }
}

/// The engine's own files in the steps of one build. Where no step can write to them, all that should have
/// the same content have the same file.
package final class BuildStepFiles {
  private let directory: String
  private var paths: [String: String] = [:]
  private var count = 0

  /// Files will be made in `directory`.
  package init(in directory: String) {
    self.directory = directory
  }

  /// The path of a file called `name` or similar, with `content`. A privileged step, which could mount
  /// it anew and write to it, has one of its own.
  func path(_ name: String, _ content: String, isShared: Bool) throws -> String {
    if isShared, let path = paths[content] { return path }
    let path = "\(directory)/\(name)\(count)"
    let output = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try writeAll(output.number, content)
    count += 1
    if isShared { paths[content] = path }
    return path
  }
}

/// What the process of a step is told.
package struct BuildStepRequest: Sendable, Codable {
  package var id: String
  package var script: LaunchScript
  package var endpoint: Endpoint?
  package var networkState: String?
}

/// A step under way.
package final class RunningBuildStep {
  package let pid: pid_t
  /// What the program writes; -1 once it has ended.
  package var output: Int32
  package var errorOutput: Int32
  /// Readable when there is something to `look` at.
  package let control: Int32
  /// Whether the program runs, or has run.
  package private(set) var hasStarted = false
  private var isGone = false

  init(pid: pid_t, output: Int32, errorOutput: Int32, control: Int32) {
    self.pid = pid
    self.output = output
    self.errorOutput = errorOutput
    self.control = control
  }

  deinit {
    for fd in [output, errorOutput, control] where fd >= 0 { close(fd) }
  }

  /// Lets a step that was started without layers have these. Returns false when it has failed already.
  package func begin(on lower: [String]) -> Bool {
    var entries = [PollEntry(fd: control, events: .readable)]
    // It says nothing before its program runs, unless it has failed.
    guard (try? pollDescriptors(&entries, timeout: 0)) == 0 else { return false }
    return UnixSocket.send(message: Array(lower.text(separatedBy: "\0").utf8), over: control)
  }

  /// Finds out whether the program has started, without waiting.
  package func look() {
    var byte: UInt8 = 0
    guard !hasStarted,
      recv(control, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 1,
      byte == BuildStepMain.started
    else { return }
    recv(control, &byte, 1, Int32(MSG_DONTWAIT))
    hasStarted = true
  }

  /// Waits for the program's end, which is near once both streams have ended. Throws `LaunchFailure` when
  /// the program did not start. The step itself may still be clearing away what it had.
  package func wait() throws -> ExitStatus {
    look()
    var report: [UInt8] = [0]
    let count = retryingInterrupts { recv(control, &report, 1, 0) }
    if count == 1, report[0] == BuildStepMain.ended {
      var code: Int32 = 0
      if recv(control, &code, 4, Int32(MSG_WAITALL)) == 4 { return ExitStatus(code: code) }
    }
    report += (try? readAll(control, limit: 1 << 20, subject: "step")) ?? []
    isGone = true
    let status = try waitFor(pid)
    if let failure = try? JSONDecoder().decode(LaunchFailure.self, from: Data(report)) {
      throw failure
    }
    return status
  }

  /// Ends the step, and returns once nothing of it is left.
  package func cancel() {
    shutdown(control, Int32(SHUT_WR))
    waitUntilGone()
  }

  /// Returns once nothing of it is left; that is soon after `wait`.
  package func waitUntilGone() {
    if !isGone { _ = try? waitFor(pid) }
    isGone = true
  }

  /// Whether nothing of it is left, without waiting.
  package func hasGone() -> Bool {
    var status: Int32 = 0
    if !isGone, waitpid(pid, &status, WNOHANG) == pid { isGone = true }
    return isGone
  }
}

extension Engine {
  /// Plans a step; `endpoint` is its place in the network.
  package func planStep(_ wish: BuildStepWish, endpoint: Endpoint?) throws -> LaunchPreparation {
    // The same for all steps of a build.
    let host = stepHost ?? .observe()
    stepHost = host
    var spec = ContainerSpec(image: "build")
    spec.config.entrypoint = wish.arguments
    spec.config.env = wish.environment
    spec.config.user = wish.user
    spec.config.workingDirectory = wish.workingDirectory
    spec.hostname = Self.stepHostname
    spec.host = wish.host
    let record = ContainerRecord(
      id: wish.id, name: "build", created: 0,
      imageID: Digest(bytes: [UInt8](repeating: 0, count: 32)), spec: spec,
      mounts: wish.mounts, state: ContainerState())
    let mode = try NetworkMode(parsing: wish.host.networkMode)
    let builder = SpecBuilder(record: record, engine: self, host: host, mode: mode)
    var ociSpec = try builder.spec()
    let files = try files(of: wish, mode)
    ociSpec.mounts = ociSpec.mounts?.compactMap { mount in
      guard let source = mount.source, source.hasPrefix(containerDirectory(wish.id) + "/") else {
        return mount
      }
      // As BuildKit: nobody can change what a layer would not have anyway, and /etc/hostname is the
      // image's own.
      guard let path = files[mount.destination] else { return nil }
      var mount = mount
      mount.source = path
      mount.options = (mount.options ?? []) + ["ro", "nosuid", "nodev", "noexec"]
      return mount
    }
    var overlay = Overlay(
      lower: wish.lower ?? [], upper: wish.directory + "/upper", work: wish.directory + "/work",
      target: wish.mountPoint, userAttributes: UserNamespace.current.isNested)
    // What a killed build leaves is thrown away; what becomes a layer is synchronised as one
    // (ContentStore+Layers.swift).
    overlay.isVolatile = true
    var launch = LaunchWish(id: wish.id, spec: ociSpec, rootfs: .overlay(overlay))
    let program = try seccompProgram(record, capabilities: builder.capabilities())
    launch.hasSeccomp = program != nil
    if let endpoint {
      launch.network = LaunchWish.NetworkWish(
        interface: endpoint.interface, address: "\(endpoint.address)/\(endpoint.prefixLength)",
        bridge: endpoint.bridge)
    }
    let plan = try Planner.plan(launch, on: host)
    let cgroup = try ociSpec.linux?.cgroupsPath.map { path in
      LaunchScript.Cgroup(layout: host.cgroups, path: path, resources: try resources(record, host))
    }
    var script = LaunchScript(launch, plan: plan, cgroup: cgroup, seccomp: program)
    script.awaitsLayers = wish.lower == nil
    return LaunchPreparation(wish: launch, plan: plan, script: script, endpoint: endpoint)
  }

  /// Starts a step in a process of its own.
  package func startStep(_ wish: BuildStepWish) throws -> RunningBuildStep {
    let mode = try NetworkMode(parsing: wish.host.networkMode)
    var endpoint: Endpoint?
    if mode == .bridge {
      try network.ensure()
      endpoint = try network.allocate(owner: wish.id)
    }
    do {
      let preparation = try planStep(wish, endpoint: endpoint)
      let request = BuildStepRequest(
        id: wish.id, script: preparation.script, endpoint: endpoint,
        networkState: endpoint == nil ? nil : network.stateDirectory)
      let step = try BuildStepMain.start(request)
      if endpoint != nil { connectUplink() }
      return step
    } catch {
      if endpoint != nil { try? network.release(owner: wish.id) }
      throw error
    }
  }

  /// The files that a step has at certain paths, whatever its image has there.
  private func files(of wish: BuildStepWish, _ mode: NetworkMode) throws -> [String: String] {
    let extra = try wish.host.extraHosts.map { try ContainerFiles.HostEntry(parsing: $0) }
    let dns = ResolverConfiguration(
      servers: wish.host.dns, search: wish.host.dnsSearch, options: wish.host.dnsOptions)
    let isShared = !wish.host.privileged
    return [
      "/etc/hosts": try wish.files.path(
        "hosts", ContainerFiles.hosts(ofStep: Self.stepHostname, extra: extra), isShared: isShared),
      "/etc/resolv.conf": try wish.files.path(
        "resolv.conf", dns.file(isHost: mode == .host), isShared: isShared),
    ]
  }

  private static let stepHostname = "buildkitsandbox"
}
