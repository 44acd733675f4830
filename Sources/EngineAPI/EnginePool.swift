import Engine
import Glibc
import HTTP
import Linux
import Support
import Synchronization

/// Engines for the server's threads. An engine has a database connection, which belongs to one thread
/// at a time; opening one costs a millisecond, so they are used again.
final class EnginePool: Sendable {
  /// An engine on its way from one thread to another.
  private struct Held: @unchecked Sendable {
    let engine: Engine
  }

  let root: DataRoot
  let instance: String
  private let idle = Mutex<[Held]>([])

  init(root: DataRoot, instance: String) {
    self.root = root
    self.instance = instance
  }

  /// Calls `body` with an engine on a thread that may wait. It must not fork, clone or change
  /// namespaces: that is for workers.
  func with<Result: Sendable>(_ body: @escaping @Sendable (Engine) throws -> Result) async throws
    -> Result
  {
    try await BlockingWork.run { [self] in
      let held =
        try idle.withLock { $0.popLast() }
        ?? Held(engine: try Engine(root: root, instance: instance))
      defer { idle.withLock { if $0.count < 8 { $0.append(held) } } }
      return try body(held.engine)
    }
  }
}
