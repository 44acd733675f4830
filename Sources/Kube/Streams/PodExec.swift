// `exec` and `attach` in a pod: numbered channels (ChannelLink.swift) between the client and a child of this
// program, which enters the container as `dklab exec` does, or joins its streams as `dklab attach`.
//
// Next: ChannelLink.swift, PodStreams.swift

import CLinux
import Documents
import Engine
import Glibc
import HTTP
import Linux
import Support

/// Runs commands in the containers of pods, and joins what runs there.
struct PodExec {
  let root: String
  let instance: String
  let loop: DescriptorLoop

  /// What is to be connected with the client.
  private struct Wish: Sendable {
    var arguments: [String]
    var hasInput: Bool
    var isTerminal: Bool
  }

  /// The answer to `…/exec`, or with `attaches` to `…/attach`.
  func answer(_ request: HTTPRequest, _ pod: JSONValue, attaches: Bool) throws -> HTTPResponse {
    let query = request.query
    let name = try PodLogs.containerName(query["container"], of: pod)
    let command = query.all("command")
    guard attaches || !command.isEmpty else {
      throw APIError.badRequest("you must specify at least 1 command for the container")
    }
    let phase = pod.text("status", "phase")
    if phase == "Succeeded" || phase == "Failed" {
      throw APIError.badRequest(
        "cannot \(attaches ? "attach" : "exec in") a container in a completed pod; current phase is "
          + phase)
    }
    let engine = try Engine(root: DataRoot(path: root), instance: instance, creating: false)
    let found = try engine.containers().filter { record in
      let observed = ObservedContainer(record)
      return observed?.podUID == pod.uid && observed?.name == name && observed?.state == .running
    }.max { $0.state.startedAt < $1.state.startedAt }
    guard let found else {
      throw APIError.internalError(
        "unable to upgrade connection: container not found (\"\(name)\")")
    }
    var wish = Wish(
      arguments: [], hasInput: query.says("stdin"), isTerminal: query.says("tty"))
    if attaches {
      wish.isTerminal = found.spec.tty
      wish.hasInput = wish.hasInput && found.spec.openStdin
      wish.arguments =
        ["attach", "--sig-proxy=false"] + (wish.hasInput ? [] : ["--no-stdin"]) + [found.id]
    } else {
      wish.arguments =
        ["exec"] + (wish.hasInput ? ["-i"] : []) + (wish.isTerminal ? ["-t"] : []) + [found.id]
        + command
    }
    return try connect(request, wish, isAttach: attaches)
  }

  private func connect(_ request: HTTPRequest, _ wish: Wish, isAttach: Bool) throws -> HTTPResponse
  {
    if request.upgrade?.lowercased() == "spdy/3.1" {
      return try overSPDY(request, wish, isAttach: isAttach)
    }
    let reply = try request.webSocket(protocols: ChannelLink.webSocketProtocols) {
      socket, version in
      await run(
        ChannelLink(socket, canClose: version == "v5.channel.k8s.io"), wish, isAttach: isAttach)
    }
    guard let reply else {
      throw APIError(400, "BadRequest", "unable to upgrade: unable to negotiate protocol")
    }
    return reply
  }

  private func overSPDY(_ request: HTTPRequest, _ wish: Wish, isAttach: Bool) throws -> HTTPResponse
  {
    let known = ["v4.channel.k8s.io", "v3.channel.k8s.io"]
    let offered = request.headers[canonicalForm: "x-stream-protocol-version"].map(String.init)
    guard let version = known.first(where: offered.contains) else {
      throw APIError(
        403, "Forbidden",
        "unable to upgrade: unable to negotiate protocol: client supports \(offered), server accepts "
          + "\(known)")
    }
    var wanted: Set<UInt8> = [3]
    for (channel, word) in [(UInt8(0), "stdin"), (1, "stdout"), (2, "stderr")]
    where request.query.says(word) && !(channel == 2 && request.query.says("tty")) {
      wanted.insert(channel)
    }
    let channels = wanted
    return HTTPResponse(
      .switchingProtocols,
      headers: [
        "Upgrade": "SPDY/3.1", "Connection": "Upgrade", "X-Stream-Protocol-Version": version,
      ],
      body: .takeOver { stream in
        await ChannelLink.serve(OctetLink(stream), wanted: channels) { link in
          await run(link, wish, isAttach: isAttach)
        }
        await stream.close()
      })
  }

  /// The ends of a child's streams that are ours.
  private struct Child {
    var pid: pid_t = 0
    var input: Int32 = -1
    var output: Int32 = -1
    var errors: Int32 = -1
  }

  private func run(_ link: ChannelLink, _ wish: Wish, isAttach: Bool) async {
    do {
      let child = try spawn(wish)
      let output = try await loop.adopt(input: child.output, output: child.input)
      let errors =
        child.errors >= 0
        ? try await loop.adopt(input: child.errors, output: -1) : nil
      let terminal = wish.isTerminal ? child.output : -1
      let listening = Task {
        try await receive(link, output, terminal: terminal, pid: child.pid, isAttach: isAttach)
      }
      async let first: Void = pump(output, 1, link)
      if let errors { await pump(errors, 2, link) }
      await first
      listening.cancel()
      let status = try await BlockingWork.run { () -> Int32 in
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
      }
      // Whoever watches a container learns of its end from the pod, not from here.
      try await link.send(3, Self.ending(isAttach ? 0 : status).bytes())
    } catch {
      let status = APIError.internalError("\(error)").status
      try? await link.send(3, status.bytes())
    }
    await link.close()
  }

  private func pump(_ stream: ByteStream, _ channel: UInt8, _ link: ChannelLink) async {
    // A terminal whose last process is gone ends with an error; that is its end.
    while let bytes = try? await stream.read() {
      guard (try? await link.send(channel, bytes)) != nil else { return }
    }
  }

  private func receive(
    _ link: ChannelLink, _ input: ByteStream, terminal: Int32, pid: pid_t, isAttach: Bool
  ) async throws {
    // The client that goes away leaves: what it only watched goes on without it.
    defer { if isAttach, !Task.isCancelled { kill(pid, SIGTERM) } }
    while let event = try await link.receive() {
      switch event {
      case .data(0, let bytes): try await input.write(bytes)
      case .data(4, let bytes):
        guard terminal >= 0, let size = try? JSONValue.parse(bytes) else { continue }
        var window = winsize()
        window.ws_col = UInt16(clamping: size.number("Width") ?? 80)
        window.ws_row = UInt16(clamping: size.number("Height") ?? 24)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &window)
        kill(pid, SIGWINCH)
      case .end(0): await input.endOutput()
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

  private func spawn(_ wish: Wish) throws -> Child {
    var child = Child()
    var theirs: [Int32] = [-1, -1, -1]
    if wish.isTerminal {
      var (main, other): (Int32, Int32) = (-1, -1)
      try check(openpty(&main, &other, nil, nil, nil), "openpty", "")
      try setInheritable(main, false)
      try setInheritable(other, false)
      child.output = main
      child.input = try duplicate(main, above: 3)
      theirs = [other, other, other]
    } else {
      for index in 0..<3 where index > 0 || wish.hasInput {
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
    child.pid = try start(wish.arguments, theirs, isTerminal: wish.isTerminal)
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
