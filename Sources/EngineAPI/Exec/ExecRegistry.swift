import Documents
import Engine
import Glibc
import Linux
import Support
import Synchronization

/// A further process in a container, from its making to some time after its end. As in Docker it
/// lives in the server's memory: it is nothing that could be started again.
final class ExecInstance: Sendable {
  enum Stage: Sendable {
    case created
    case running(pid: pid_t)
    case exited(Int32)
  }

  let id: String
  let container: String
  let wish: ExecWish
  let attaches: (input: Bool, output: Bool, errors: Bool)
  private let stage = Mutex(Stage.created)
  /// The terminal's outer end, while it runs with one.
  private let terminal = Mutex<Int32?>(nil)

  init(
    container: String, wish: ExecWish, attaches: (input: Bool, output: Bool, errors: Bool)
  ) {
    id = randomDigits(64)
    self.container = container
    var wish = wish
    // Events tell of it by the id that the client was given.
    wish.id = id
    self.wish = wish
    self.attaches = attaches
  }

  var isRunning: Bool { if case .running = stage.withLock({ $0 }) { true } else { false } }

  /// Claims the start: an exec instance is started once.
  func begin() throws {
    try stage.withLock { stage in
      switch stage {
      case .created: stage = .running(pid: 0)
      case .running: throw APIError(.conflict, "exec already running")
      case .exited: throw APIError(.conflict, "exec command has already run")
      }
    }
  }

  func started(_ pid: pid_t) { stage.withLock { $0 = .running(pid: pid) } }

  func ended(_ code: Int32) {
    stage.withLock { $0 = .exited(code) }
    let fd = terminal.withLock { terminal in
      defer { terminal = nil }
      return terminal
    }
    if let fd { close(fd) }
  }

  func use(terminal fd: Int32) { terminal.withLock { $0 = fd } }

  /// Gives its terminal another size, and tells the process that carries it.
  func resize(_ size: WindowSize) throws {
    guard case .running(let pid) = stage.withLock({ $0 }) else {
      throw APIError(.internalServerError, "exec process is not started")
    }
    try terminal.withLock { fd in
      guard let fd else { return }
      try size.apply(to: fd)
      if pid > 0 { kill(pid, SIGWINCH) }
    }
  }

  /// As `GET /exec/ID/json` shows it.
  var json: JSONValue {
    var (running, code, pid) = (false, JSONValue.null, Int64(0))
    switch stage.withLock({ $0 }) {
    case .created: break
    case .running(let number): (running, pid) = (true, Int64(number))
    case .exited(let number): code = .integer(Int64(number))
    }
    let words = wish.arguments
    return [
      "ID": .string(id), "Running": .bool(running), "ExitCode": code,
      "ProcessConfig": [
        "tty": .bool(wish.tty), "entrypoint": .string(words.first ?? ""),
        "arguments": .array(words.dropFirst().map { .string($0) }),
        "privileged": .bool(wish.privileged), "user": .string(wish.user ?? ""),
      ],
      "OpenStdin": .bool(attaches.input), "OpenStderr": .bool(attaches.errors),
      "OpenStdout": .bool(attaches.output), "CanRemove": .bool(false),
      "ContainerID": .string(container), "DetachKeys": "", "Pid": .integer(pid),
    ]
  }
}

/// The exec instances of a server.
final class ExecRegistry: Sendable {
  private struct State {
    var all: [String: ExecInstance] = [:]
    var order: [String] = []
  }

  private let state = Mutex(State())
  /// As many are remembered.
  private let limit = 1000

  func add(_ instance: ExecInstance) {
    state.withLock { state in
      state.all[instance.id] = instance
      state.order.append(instance.id)
      guard state.order.count > limit,
        let oldest = state.order.firstIndex(where: { !(state.all[$0]?.isRunning ?? false) })
      else { return }
      state.all[state.order.remove(at: oldest)] = nil
    }
  }

  func find(_ id: String) throws -> ExecInstance {
    guard let found = state.withLock({ $0.all[id] }) else {
      throw APIError(.notFound, "No such exec instance: \(id)")
    }
    return found
  }

  /// The ids of those that run in `container`.
  func running(in container: String) -> [String] {
    state.withLock { state in
      state.order.filter { id in
        state.all[id].map { $0.container == container && $0.isRunning } ?? false
      }
    }
  }
}
