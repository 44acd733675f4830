import NIOCore

/// Runs tasks on an event loop, between its reads and writes. What a handler does from one wait to the
/// next is short, and a hop to another thread and back would cost more than it.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
