import FoundationEssentials
import Glibc
import Linux
import Networks
import Runtime
import Support

/// What `docker exec` asks for.
package struct ExecWish: Sendable, Codable {
  package var arguments: [String]
  package var environment: [String] = []
  package var user: String?
  package var workingDirectory: String?
  package var tty = false
  package var interactive = false
  package var detached = false
  package var privileged = false
  package var detachKeys: [UInt8] = [16, 17]
  /// The id it is known by; one is made up when it has none.
  package var id: String?
  /// Whether the program is killed when this process is: docker leaves it running.
  package var diesWithCaller: Bool?

  package init(arguments: [String]) {
    self.arguments = arguments
  }
}

extension Engine {
  /// Runs a further process in a running container. Does not return when all is well: this process
  /// ends with the new process's exit status, as it is when nobody can write to its executable, else
  /// as `dklab __exec`.
  ///
  /// Throws `DklabError` `container.not-running`, `container.paused`.
  package func exec(_ record: ContainerRecord, _ wish: ExecWish) throws -> Never {
    if record.state.status == .paused {
      throw DklabError(
        .conflict, id: "container.paused",
        Text(
          "Container \(record.name) is paused, unpause the container before exec",
          ko: "컨테이너 \(record.name)이(가) 일시 정지되어 있습니다. exec 전에 다시 진행시키세요"))
    }
    guard record.state.status == .running, let process = record.state.process else {
      throw notRunning(record)
    }
    var request = try execRequest(record, process, wish)
    request.id = try wish.id ?? randomIdentifier()
    try tellOfExec(request, record)
    if SelfExecutable.isProtected {
      ProcessControl.setName("dklab:exec")
      disconnect()
      exit(ExecMain.run(request, record.id) { self })
    }
    let memory = try createMemoryFile("dklab-exec")
    try JSONEncoder().encode(request).withUnsafeBytes { try writeAll(memory, $0) }
    lseek(memory, 0, SEEK_SET)
    let executable = try SelfExecutable()
    let arguments = ["dklab", "__exec", root.path, instance, record.id, "\(memory)"]
    let argv = arguments.map { strdup($0) } + [nil]
    execv(executable.path, argv)
    throw SyscallError("execve", "dklab __exec")
  }

  /// What is about to happen; the end is told when it is there.
  func tellOfExec(_ request: ExecRequest, _ record: ContainerRecord) throws {
    let command = request.script.operations.lastProgram.text(separatedBy: " ")
    try database.transaction(.later) {
      for action in ["exec_create", "exec_start"] {
        try journal.append(
          "container", "\(action): \(command)", actor: record.id, name: record.name,
          attributes(record, ["execID": request.id]))
      }
    }
  }

  private func execRequest(
    _ record: ContainerRecord, _ container: ProcessIdentity, _ wish: ExecWish
  ) throws -> ExecRequest {
    let host = HostFacts.observeForJoining()
    var record = record
    // The nodes are there; what has been unplugged since is no reason.
    record.spec.host.devices = []
    if wish.privileged {
      record.spec.host.privileged = true
    }
    var builder = SpecBuilder(
      record: record, engine: self, host: host,
      mode: try NetworkMode(parsing: record.spec.host.networkMode))
    builder.joined = [:]
    let spec = try builder.spec()
    var process = spec.process ?? SpecProcess()
    process.args = wish.arguments
    process.terminal = wish.tty
    process.cwd = wish.workingDirectory ?? process.cwd
    if let user = wish.user { process.user.username = user }
    let names = Set(wish.environment.map { String($0.prefix { $0 != "=" }) })
    var environment = (process.env ?? []).filter { entry in
      !names.contains(String(entry.prefix { $0 != "=" }))
    }
    if wish.tty && !environment.contains(where: { $0.hasPrefix("TERM=") }) {
      environment.append("TERM=xterm")
    }
    process.env = environment + wish.environment
    var launch = LaunchWish(id: record.id, spec: spec, rootfs: .directory("/"))
    launch.spec.process = process
    let program = try seccompProgram(record, capabilities: builder.capabilities())
    launch.hasSeccomp = program != nil
    let plan = try LaunchPlan.execPlan(
      process, wish: launch, host: host, diesWithCaller: wish.diesWithCaller ?? false)
    var script = LaunchScript(launch, plan: plan, cgroup: nil, seccomp: program)
    // Nobody writes these maps again; they say who root of the container is.
    if let remap = record.spec.host.remap {
      (script.uidMappings, script.gidMappings) = (remap.users, remap.groups)
    }
    var request = ExecRequest(
      container: container, namespaces: Namespace.foreign(to: container.pid),
      cgroup: record.state.cgroup,
      script: script,
      openStdin: wish.interactive, detached: wish.detached, detachKeys: wish.detachKeys,
      captureBytes: captureBytes)
    request.diesWithCaller = wish.diesWithCaller
    return request
  }
}

/// The hidden entry point `dklab __exec ROOT INSTANCE CONTAINER DESCRIPTOR`.
package enum ExecMain {
  /// Runs the session the request on the descriptor describes; returns the exit status.
  package static func run(_ arguments: [String]) -> Int32 {
    ProcessControl.setName("dklab:exec")
    guard arguments.count == 4, let descriptor = Int32(arguments[3]) else { return 64 }
    do {
      let body = try readAll(descriptor, subject: "exec request")
      close(descriptor)
      let request = try JSONDecoder().decode(ExecRequest.self, from: Data(body))
      return run(request, arguments[2]) {
        try Engine(root: DataRoot(path: arguments[0]), instance: arguments[1])
      }
    } catch {
      return failed(error)
    }
  }

  /// Runs the session `request` describes in this process and enters it in the journal of `engine`,
  /// which has nothing open until then; returns the exit status.
  static func run(
    _ request: ExecRequest, _ container: String, engine: () throws -> Engine
  ) -> Int32 {
    do {
      var session = ExecSession(request)
      func finish(_ result: ExecSession.Result) throws -> Int32 {
        try record(result, request, container, engine())
      }
      guard request.detached else { return try finish(try session.run()) }
      return try runDetached(&session, finish)
    } catch {
      return failed(error)
    }
  }

  private static func failed(_ error: any Error) -> Int32 {
    try? writeAll(2, "dklab: exec: \(error)\n")
    return 126
  }

  /// `-d`: a child stays with the process; this one reports the start and goes.
  private static func runDetached(
    _ session: inout ExecSession, _ finish: (ExecSession.Result) throws -> Int32
  ) throws -> Int32 {
    let (report, reportInside) = try FileDescriptor.pipe().split()
    let pid = try forkProcess()
    if pid == 0 {
      closeDescriptors(except: [reportInside])
      setsid()
      do {
        let result = try session.run {
          try? writeAll(reportInside, "0")
          close(reportInside)
          let null = open("/dev/null", O_RDWR)
          for fd in Int32(0)...2 { dup2(null, fd) }
        }
        _exit(try finish(result))
      } catch {
        _exit(failed(error))
      }
    }
    close(reportInside)
    let reader = FileDescriptor(owning: report)
    if try !readAll(reader.number).isEmpty { return 0 }
    return try waitFor(pid).code
  }

  private static func record(
    _ result: ExecSession.Result, _ request: ExecRequest, _ container: String, _ engine: Engine
  ) throws -> Int32 {
    if let failure = result.failure {
      try? writeAll(2, "dklab: exec failed: \(failure.message)\n")
    }
    if let record = try? engine.container(container) {
      var more = [
        "exitCode": "\(result.code)", "execID": request.id,
        "argv": request.script.operations.lastProgram.text(separatedBy: " "),
      ]
      if engine.captureBytes > 0 { more["output"] = String(decoding: result.output, as: UTF8.self) }
      // Nothing is different after an exec but the journal: that is not worth waiting for the disk,
      // which takes longer than the program.
      try engine.database.transaction(.later) {
        try engine.noteTyped(result.typed, in: record)
        try engine.journal.append(
          "container", "exec_die", actor: record.id, name: record.name,
          engine.attributes(record, more))
      }
    }
    return result.code
  }
}

extension [Operation] {
  /// The arguments of the program at the end of a script.
  fileprivate var lastProgram: [String] {
    if case .execute(let arguments)? = last { arguments } else { [] }
  }
}
