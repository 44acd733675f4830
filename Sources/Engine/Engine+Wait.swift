import Glibc
import Linux
import Runtime
import Support

/// What `docker wait` waits for (the `condition` of the Engine API).
package enum WaitCondition: String, Sendable, CaseIterable {
  /// Not running: at once when it does not run.
  case notRunning = "not-running"
  /// The next exit, also of a container that has yet to be started.
  case nextExit = "next-exit"
  /// The removal.
  case removed
}

extension Engine {
  /// Waits until `condition` holds for `record`, and returns the exit status.
  ///
  /// - Parameter isCancelled: asked about once a second; true ends the waiting with nil.
  package func wait(
    _ record: ContainerRecord, for condition: WaitCondition = .notRunning,
    isCancelled: () -> Bool = { false }
  ) throws -> Int32? {
    // Before the first look, so that no change falls between.
    let changes = try ChangeQueue([directory])
    var now: ContainerRecord? = try? container(record.id)
    var code = now?.state.exitCode ?? record.state.exitCode
    let finished = record.state.finishedAt
    // A change can be read a moment after it is told: see EventFeed.
    var pause: Int32 = 1
    while true {
      if let state = now?.state { code = state.exitCode }
      switch (condition, now) {
      case (_, nil): return code
      case (.notRunning, let now?) where !isAlive(now): return code
      case (.nextExit, let now?) where now.state.finishedAt != finished && !isAlive(now):
        return code
      default: break
      }
      var entry = [PollEntry(fd: changes.descriptor, events: .readable)]
      if try pollDescriptors(&entry, timeout: pause) > 0 {
        pause = 1
      } else {
        // A monitor that was killed changes nothing; who looks must see to that.
        if pause == 1000 {
          if isCancelled() { return nil }
          _ = try reconcile()
        }
        pause = min(pause * 2, 1000)
      }
      changes.drain()
      now = try? container(record.id)
    }
  }
}
