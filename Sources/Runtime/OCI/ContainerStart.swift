// `start`: lets the program of a created container run.
//
// Its init process listens on a socket. The connection says "go on"; its end, which execve(2)
// causes, says that the program runs; and whatever fails in between comes back on it.
//
// Next: ContainerEnd.swift.

import Glibc
import Linux
import Support

extension RuntimeStore {
  /// Starts container `id`. Throws `LaunchFailure` when its program cannot be executed; the
  /// container has stopped then. Returns warnings.
  package func start(_ id: String, knowing known: RuntimeContainer? = nil) throws -> [Text] {
    try locked(id) {
      let container = try load(id, knowing: known)
      switch container.status {
      case .created: break
      case .stopped:
        throw Self.refusal("cannot start a container that has stopped", "끝난 컨테이너는 시작할 수 없습니다")
      case .creating:
        throw Self.refusal("cannot start a container that is being created", "아직 만드는 중인 컨테이너입니다")
      case .running, .paused:
        throw Self.refusal("cannot start an already running container", "이미 실행 중인 컨테이너입니다")
      }
      defer { unlink(container.startSocket) }
      let connection = try UnixSocket.connect(to: container.startSocket)
      _ = try Launcher.awaitExec(connection.number)
      return runHooks(of: container, .poststart, pid: container.process.pid)
    }
  }

  static func refusal(_ en: String, _ ko: String) -> DklabError {
    DklabError(.conflict, id: "oci.status", Text(en, ko: ko))
  }

  /// Hooks whose failure changes nothing any more: it is a warning.
  func runHooks(of container: RuntimeContainer, _ moment: HookMoment, pid: pid_t) -> [Text] {
    let runner = HookRunner(state: container.hookState, pid: pid)
    return (container.spec.hooks ?? SpecHooks())[moment].compactMap { hook in
      do {
        try runner.run([hook], moment)
        return nil
      } catch {
        return Text("\(error)", ko: "\(error)")
      }
    }
  }
}
