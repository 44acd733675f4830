// From a command, which is a straight line of calls, into Swift's concurrency and back.
//
// The work runs in tasks on other threads and reports by sending events; the thread that asked for
// it sleeps on a semaphore, takes the events one by one, and does with them what only it may do
// (databases, the terminal). Call it only on threads of one's own: a task that waits here would hold
// a thread that the work may need.

import Dispatch
import Synchronization

/// Events from tasks to a thread that waits for them.
package final class EventQueue<Event: Sendable>: Sendable {
  private let waiting = Mutex<[Event]>([])
  private let semaphore = DispatchSemaphore(value: 0)

  package init() {}

  /// Puts `event` at the end; does not wait.
  package func send(_ event: Event) {
    waiting.withLock { $0.append(event) }
    semaphore.signal()
  }

  /// The first event that has not been taken; waits until there is one.
  package func next() -> Event {
    semaphore.wait()
    return waiting.withLock { $0.removeFirst() }
  }
}

/// Runs `body` in a task and waits for it. Not to be called from a task.
package func waitForTask<Value: Sendable>(
  _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let queue = EventQueue<Result<Value, any Error>>()
  Task.detached {
    do { queue.send(.success(try await body())) } catch { queue.send(.failure(error)) }
  }
  return try queue.next().get()
}
