import FoundationEssentials
import Glibc
import Linux
import Networks
import Runtime
import Support

/// The hidden entry point `dklab __step`, and how it is started.
package enum BuildStepMain {
  private static let control: Int32 = 3
  /// What a step says when its program runs, and when it has ended, with the exit code (four bytes in the
  /// machine's order) behind it. A launch that fails has its reason there, in JSON.
  static let started: UInt8 = 0x72
  static let ended: UInt8 = 0x78

  /// Serves one step. The request comes on descriptor 3, and a failure to launch goes there.
  package static func run() -> Int32 {
    ProcessControl.setName("dklab:step")
    do {
      try setInheritable(control, false)
      // Else the build has gone before it could say what to do.
      guard let body = try UnixSocket.receiveMessage(over: control) else { return 125 }
      return serve(try JSONDecoder().decode(BuildStepRequest.self, from: Data(body)))
    } catch {
      return failed(error)
    }
  }

  private static func serve(_ request: BuildStepRequest) -> Int32 {
    do {
      let network = request.networkState.map { InstanceNetwork(stateDirectory: $0) }
      defer { try? network?.release(owner: request.id) }
      try network?.enter()
      let status = try StepRun.run(
        request.script, lifeline: control,
        attachNetwork: { pid in
          if let endpoint = request.endpoint { try network?.attach(pid: pid, endpoint) }
        },
        lowerDirectories: {
          guard let paths = try UnixSocket.receiveMessage(over: control) else {
            throw LaunchFailure(operation: "step", message: "canceled")
          }
          return paths.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        },
        didStart: {
          var byte = started
          _ = send(control, &byte, 1, Int32(MSG_NOSIGNAL))
        },
        // The build goes on while the rest is cleared away.
        didEnd: { status in
          var message = [ended] + withUnsafeBytes(of: status.code) { Array($0) }
          _ = send(control, &message, message.count, Int32(MSG_NOSIGNAL))
          for stream in Int32(1)...2 { close(stream) }
        })
      return status.code
    } catch {
      return failed(error)
    }
  }

  private static func failed(_ error: any Error) -> Int32 {
    let failure = error as? LaunchFailure ?? LaunchFailure(operation: "step", message: "\(error)")
    try? JSONEncoder().encode(failure).withUnsafeBytes { try writeAll(control, $0) }
    return failure.exitCode
  }

  /// All that a step sees of the environment of its build.
  private static var variables: [(name: String, value: String)] {
    ["DKLAB_LANG", "TZ", "DKLAB_ROOTLESS_UID"].compactMap { name in
      getenv(name).map { (name, String(cString: $0)) }
    }
  }

  /// Starts the process that carries `request` out: a copy of this one where that may be
  /// (MonitorProcess+Fork.swift), which saves the start, and the request in JSON.
  static func start(_ request: BuildStepRequest) throws -> RunningBuildStep {
    guard SelfExecutable.isProtected, ProcessControl.isSingleThreaded else {
      return try spawn(request)
    }
    let (mine, theirs) = try UnixSocket.pair()
    let output = try FileDescriptor.pipe().split()
    let errors = try FileDescriptor.pipe().split()
    defer { for fd in [theirs, output.write, errors.write] { close(fd) } }
    let pid = try forkProcess()
    if pid == 0 {
      let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
      MonitorProcess.settleCopy(
        "dklab:step", ["dklab", "__step"], variables: variables,
        streams: [null, output.write, errors.write], kept: [theirs])
      try? setInheritable(control, false)
      _exit(serve(request))
    }
    return RunningBuildStep(
      pid: pid, output: output.read, errorOutput: errors.read, control: mine)
  }

  private static func spawn(_ request: BuildStepRequest) throws -> RunningBuildStep {
    let executable = try SelfExecutable()
    let (mine, theirs) = try UnixSocket.pair()
    defer { close(theirs) }
    let output = try FileDescriptor.pipe().split()
    let errors = try FileDescriptor.pipe().split()
    defer { for fd in [output.write, errors.write] { close(fd) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let lifted = try [theirs, output.write, errors.write].map { try duplicate($0, above: 100) }
    defer { for fd in lifted { close(fd) } }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, lifted[1], 1)
    posix_spawn_file_actions_adddup2(&actions, lifted[2], 2)
    posix_spawn_file_actions_adddup2(&actions, lifted[0], control)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // A session of its own (POSIX_SPAWN_SETSID): Ctrl-C is for the build, which ends its steps.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(0x80))
    var argv: [UnsafeMutablePointer<CChar>?] =
      ["dklab", "__step"].map { (word: String) in
        strdup(word)
      } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] =
      variables.map { strdup("\($0.name)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, executable.path, &actions, &attributes, &argv, &envp)
    let step = RunningBuildStep(
      pid: pid, output: output.read, errorOutput: errors.read, control: mine)
    guard result == 0 else { throw SyscallError("posix_spawn", "dklab __step", errno: result) }
    UnixSocket.send(message: Array(try JSONEncoder().encode(request)), over: mine)
    return step
  }
}
