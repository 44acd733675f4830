import Glibc
import Linux
import Runtime
import Support

/// `exec`.
enum OCIExec {
  static let exec = OCIVerb(
    name: "exec", synopsis: "[OPTIONS] CONTAINER [COMMAND] [ARG...]",
    abstract: Text("Run one more process in a container", ko: "컨테이너에서 프로세스를 하나 더 실행합니다"),
    count: 1...Int.max,
    flags: [
      "console-socket=", "cwd=", "e env=", "t tty", "u user=", "g additional-gids=", "p process=",
      "d detach", "pid-file=", "process-label=", "apparmor=", "no-new-privs", "c cap=",
      "preserve-fds=", "ignore-paused", "cgroup=", "no-subreaper",
    ], stopsAtArgument: true, entersContainer: true
  ) { line, log in
    let container = try line.container()
    var request = ExecutionRequest(process: try process(line, in: container))
    request.pidFile = line.value("pid-file").flatMap { $0.isEmpty ? nil : $0 }
    request.consoleSocket = line.value("console-socket").flatMap { $0.isEmpty ? nil : $0 }
    request.preservedDescriptors = try line.preservedDescriptors()
    request.ignoresPause = line.isOn("ignore-paused")
    if !(line.value("cgroup") ?? "").isEmpty {
      throw OCIUsage("--cgroup: processes join the container's own control group only")
    }
    let detached = line.isOn("detach")
    let terminal = request.process.terminal ?? false
    if terminal && detached && request.consoleSocket == nil {
      throw OCIUsage(
        "cannot allocate tty if the runtime will detach without setting console socket")
    }
    if request.consoleSocket != nil && !(terminal && detached) {
      throw OCIUsage("cannot use console socket if the runtime will not detach or allocate tty")
    }
    var master: Int32 = -1
    let pid: pid_t
    do {
      let started = try container.execute(request) {
        master = try ForegroundProcess.adopt(terminal: $0)
      }
      log.warn(started.warnings)
      pid = started.pid
    } catch let failure as LaunchFailure {
      throw OCIFailure(error: failure, status: failure.exitCode == 125 ? 255 : failure.exitCode)
    }
    return detached ? 0 : try ForegroundProcess(pid: pid, terminal: master).wait()
  }

  /// The process of `--process`, or the container's own with other arguments.
  private static func process(
    _ line: OCICommandLine, in container: RuntimeContainer
  ) throws -> SpecProcess {
    if let file = line.value("process"), !file.isEmpty {
      var process = try SpecFile.decode(
        SpecProcess.self, try File.read(file, limit: 16 << 20), file: file)
      if line.isOn("tty") { process.terminal = true }
      guard !(process.args ?? []).isEmpty else { throw OCIUsage("\(file): args must not be empty") }
      return process
    }
    guard line.arguments.count > 1 else { throw OCIUsage("process args cannot be empty") }
    var process = container.spec.process ?? SpecProcess()
    process.args = Array(line.arguments.dropFirst())
    process.terminal = line.isOn("tty")
    process.consoleSize = nil
    if let directory = line.value("cwd") { process.cwd = directory }
    process.env = (process.env ?? []) + line.all("env")
    if line.isOn("no-new-privs") { process.noNewPrivileges = true }
    if let profile = line.value("apparmor") { process.apparmorProfile = profile }
    if let label = line.value("process-label") { process.selinuxLabel = label }
    try addCapabilities(line.all("cap"), to: &process)
    try setUser(line, of: &process)
    return process
  }

  private static func addCapabilities(_ names: [String], to process: inout SpecProcess) throws {
    for name in names {
      _ = try Capability.parse(name)
      let isRoot = process.user.uid == 0
      var sets = process.capabilities ?? SpecCapabilities()
      sets.bounding = (sets.bounding ?? []) + [name]
      sets.effective = (sets.effective ?? []) + [name]
      sets.permitted = (sets.permitted ?? []) + [name]
      // Only the ambient set survives the program's start for who is not root.
      if !isRoot {
        sets.inheritable = (sets.inheritable ?? []) + [name]
        sets.ambient = (sets.ambient ?? []) + [name]
      }
      process.capabilities = sets
    }
  }

  private static func setUser(_ line: OCICommandLine, of process: inout SpecProcess) throws {
    if let text = line.value("user"), !text.isEmpty {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let uid = UInt32(parts[0]), parts.count == 1 || UInt32(parts[1]) != nil else {
        throw OCIUsage("--user: \"\(text)\" is not UID or UID:GID")
      }
      process.user.uid = uid
      if parts.count == 2 { process.user.gid = UInt32(parts[1]) ?? 0 }
    }
    for text in line.all("additional-gids") {
      guard let gid = UInt32(text) else {
        throw OCIUsage("--additional-gids: \"\(text)\" is not a number")
      }
      process.user.additionalGids = (process.user.additionalGids ?? []) + [gid]
    }
  }
}
