// `exec` in a pod: a WebSocket whose messages begin with the number of their channel (0 standard
// input, 1 output, 2 errors, 3 how it ended, 4 the size of the terminal; 255 closes another). The
// command itself is a child of this program, which enters the container as `dklab exec` does.
//
// Next: PodStreams.swift

import CLinux
import Documents
import Engine
import Glibc
import HTTP
import Linux
import Support

/// Runs commands in the containers of pods.
struct PodExec {
  let root: String
  let instance: String
  let loop: DescriptorLoop

  /// The newest protocol first, as clients offer them.
  private static let protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io"]

  /// The answer to `…/exec`.
  func answer(_ request: HTTPRequest, _ pod: JSONValue) throws -> HTTPResponse {
    let query = request.query
    let name = try PodLogs.containerName(query["container"], of: pod)
    let command = query.all("command")
    guard !command.isEmpty else {
      throw APIError.badRequest("you must specify at least 1 command for the container")
    }
    let engine = try Engine(root: DataRoot(path: root), instance: instance)
    let found = try engine.containers().compactMap(ObservedContainer.init)
      .filter { $0.podUID == pod.uid && $0.name == name && $0.state == .running }
      .max { $0.attempt < $1.attempt }
    guard let found else {
      throw APIError.internalError(
        "unable to upgrade connection: container not found (\"\(name)\")")
    }
    let isTerminal = query["tty"] == "true"
    let hasInput = query["stdin"] == "true"
    let reply = try request.webSocket(protocols: Self.protocols) { socket, version in
      await run(
        socket, command, in: found.id, hasInput: hasInput, isTerminal: isTerminal,
        hasCloseChannel: version == "v5.channel.k8s.io")
    }
    guard let reply else {
      throw APIError(400, "BadRequest", "unable to upgrade: unable to negotiate protocol")
    }
    return reply
  }

  /// The ends of a child's streams that are ours.
  private struct Child {
    var pid: pid_t = 0
    var input: Int32 = -1
    var output: Int32 = -1
    var errors: Int32 = -1
  }

  private func run(
    _ socket: WebSocket, _ command: [String], in container: String, hasInput: Bool,
    isTerminal: Bool, hasCloseChannel: Bool
  ) async {
    do {
      let child = try spawn(command, in: container, hasInput: hasInput, isTerminal: isTerminal)
      let output = try await loop.adopt(input: child.output, output: child.input)
      let errors =
        child.errors >= 0
        ? try await loop.adopt(input: child.errors, output: -1) : nil
      let terminal = isTerminal ? child.output : -1
      let listening = Task {
        try await receive(
          socket, output, terminal: terminal, hasCloseChannel: hasCloseChannel, pid: child.pid)
      }
      async let first: Void = pump(output, 1, socket)
      if let errors { await pump(errors, 2, socket) }
      await first
      listening.cancel()
      let status = try await BlockingWork.run { () -> Int32 in
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
      }
      try await socket.send(.binary([3] + Self.ending(status).bytes()))
    } catch {
      let status = APIError.internalError("\(error)").status
      try? await socket.send(.binary([3] + status.bytes()))
    }
    await socket.close()
  }

  private func pump(_ stream: ByteStream, _ channel: UInt8, _ socket: WebSocket) async {
    // A terminal whose last process is gone ends with an error; that is its end.
    while let bytes = try? await stream.read() {
      guard (try? await socket.send(.binary([channel] + bytes))) != nil else { return }
    }
  }

  private func receive(
    _ socket: WebSocket, _ input: ByteStream, terminal: Int32, hasCloseChannel: Bool, pid: pid_t
  ) async throws {
    while let message = try await socket.receive() {
      guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
      switch channel {
      case 0: try await input.write(Array(bytes.dropFirst()))
      case 4:
        guard terminal >= 0, let size = try? JSONValue.parse(bytes.dropFirst()) else { continue }
        var window = winsize()
        window.ws_col = UInt16(clamping: size.number("Width") ?? 80)
        window.ws_row = UInt16(clamping: size.number("Height") ?? 24)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &window)
        kill(pid, SIGWINCH)
      case 255 where hasCloseChannel: if bytes.count > 1, bytes[1] == 0 { await input.endOutput() }
      default: continue
      }
    }
    await input.endOutput()
  }

  /// How a command ended, as clients read it.
  static func ending(_ status: Int32) -> JSONValue {
    guard status != 0 else { return ["metadata": [:], "status": "Success"] }
    return [
      "metadata": [:], "status": "Failure", "reason": "NonZeroExitCode",
      "message": .string(
        "command terminated with non-zero exit code: command terminated with exit code \(status)"),
      "details": [
        "causes": [["reason": "ExitCode", "message": .string(String(status))]]
      ],
    ]
  }

  private func spawn(
    _ command: [String], in container: String, hasInput: Bool, isTerminal: Bool
  ) throws -> Child {
    var child = Child()
    var theirs: [Int32] = [-1, -1, -1]
    if isTerminal {
      var (main, other): (Int32, Int32) = (-1, -1)
      try check(openpty(&main, &other, nil, nil, nil), "openpty", "")
      try setInheritable(main, false)
      try setInheritable(other, false)
      child.output = main
      child.input = try duplicate(main, above: 3)
      theirs = [other, other, other]
    } else {
      for index in 0..<3 where index > 0 || hasInput {
        var ends: [Int32] = [0, 0]
        try check(dk_pipe2(&ends, O_CLOEXEC), "pipe2", "")
        theirs[index] = index == 0 ? ends[0] : ends[1]
        let ours = index == 0 ? ends[1] : ends[0]
        switch index {
        case 0: child.input = ours
        case 1: child.output = ours
        default: child.errors = ours
        }
      }
    }
    defer { for descriptor in Set(theirs) where descriptor >= 0 { close(descriptor) } }
    var flags: [String] = []
    if hasInput { flags.append("-i") }
    if isTerminal { flags.append("-t") }
    child.pid = try start(["exec"] + flags + [container] + command, theirs, isTerminal: isTerminal)
    return child
  }

  private func start(_ arguments: [String], _ streams: [Int32], isTerminal: Bool) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (index, descriptor) in streams.enumerated() {
      if descriptor >= 0 {
        posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(index))
      } else {
        posix_spawn_file_actions_addopen(&actions, Int32(index), "/dev/null", O_RDWR, 0)
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(0x80))
    var argv: [UnsafeMutablePointer<CChar>?] = (["dklab"] + arguments).map { strdup($0) } + [nil]
    let variables = [
      "DKLAB_ROOT=\(root)", "DKLAB_INSTANCE=\(instance)", "DKLAB_LANG=en",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw SyscallError("posix_spawn", "dklab exec", errno: result) }
    return pid
  }
}
