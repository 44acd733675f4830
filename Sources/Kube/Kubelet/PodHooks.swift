import Documents
import Glibc

/// Lifecycle hooks that are under way: `postStart` and `preStop` of containers.
final class PodHooks {
  enum Kind: String {
    case postStart, preStop

    /// As events call it.
    var title: String { self == .postStart ? "PostStartHook" : "PreStopHook" }
  }

  /// A hook that has ended.
  struct Ending {
    var container: String
    var kind: Kind
    var succeeded: Bool
    /// What it printed, or why it failed.
    var output: String
  }

  private let handlers: HandlerProcess
  private var processes: [pid_t: (container: String, kind: Kind, handler: HandlerProcess.Running)] =
    [:]

  init(_ handlers: HandlerProcess) {
    self.handlers = handlers
  }

  /// Begins the hook of a container, if it has one: `place` is where the pod listens.
  /// Nil without such a hook, false when it could not be begun.
  func begin(
    _ kind: Kind, of container: JSONValue, id: String, place: HandlerProcess.Place
  ) -> Bool? {
    guard let handler = container.at("lifecycle", kind.rawValue) else { return nil }
    guard
      let running = handlers.begin(handler, of: container, id: id, place: place, isHook: true)
    else { return false }
    processes[running.pid] = (id, kind, running)
    return true
  }

  /// Whether a hook of a container is under way.
  func isRunning(_ kind: Kind, of id: String) -> Bool {
    processes.values.contains { $0.container == id && $0.kind == kind }
  }

  /// Takes note of those that have ended since the last call.
  func collect() -> [Ending] {
    var endings: [Ending] = []
    for (pid, hook) in processes {
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) != 0 else { continue }
      processes[pid] = nil
      endings.append(
        Ending(
          container: hook.container, kind: hook.kind, succeeded: status == 0,
          output: hook.handler.output.text))
    }
    return endings
  }

  /// Ends those of a container that is gone, or has to go now.
  func end(of id: String) {
    for (pid, hook) in processes where hook.container == id {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      processes[pid] = nil
    }
  }
}
