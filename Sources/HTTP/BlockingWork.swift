// A task must not wait in a system call: the pool that runs tasks has one thread for each processor,
// and a few that wait for a database or a container would stop the whole server. So what waits goes
// to a thread of its own. Making one costs some ten microseconds; those that have done their work
// stay for a while and take the next.

import Glibc
import Synchronization

/// Runs code that waits, beside the tasks of a server.
package enum BlockingWork {
  private struct Job: Sendable { let run: @Sendable () -> Void }

  private struct Pool {
    var jobs: [Job] = []
    var idle = 0
  }

  private enum Next { case work, wait, end }

  /// As many stay when they have nothing to do.
  private static let kept = 8
  private static let pool = Mutex(Pool())
  private static let wakeUp = Semaphore()

  /// Runs `body` on a thread that may wait, and gives back what it returns. Cancelling the task does
  /// not stop it: what can take long must look for a sign of its own.
  package static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      submit(
        Job {
          do {
            continuation.resume(returning: try body())
          } catch {
            continuation.resume(throwing: error)
          }
        })
    }
  }

  /// Runs `body` on such a thread and waits for nothing.
  package static func start(_ body: @escaping @Sendable () -> Void) {
    submit(Job(run: body))
  }

  private static func submit(_ job: Job) {
    let needsThread = pool.withLock { pool in
      pool.jobs.append(job)
      guard pool.idle < pool.jobs.count else { return false }
      return true
    }
    if needsThread { startThread() } else { wakeUp.signal() }
  }

  private static func startThread() {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    defer { pthread_attr_destroy(&attributes) }
    while pthread_create(&thread, &attributes, { _ in BlockingWork.work() }, nil) != 0 {
      // No thread to be had at the moment (EAGAIN): somebody else's will end.
      usleep(1000)
    }
  }

  private static func work() -> UnsafeMutableRawPointer? {
    while true {
      let job = pool.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
      if let job {
        job.run()
        continue
      }
      let next: Next = pool.withLock { pool in
        guard pool.jobs.isEmpty else { return .work }
        guard pool.idle < kept else { return .end }
        pool.idle += 1
        return .wait
      }
      switch next {
      case .work: continue
      case .end: return nil
      case .wait: wakeUp.wait()
      }
      pool.withLock { $0.idle -= 1 }
    }
  }
}

/// sem_init(3): counts, and lets wait.
private final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  func signal() { sem_post(semaphore) }

  func wait() {
    while sem_wait(semaphore) != 0 && errno == EINTR {}
  }
}
