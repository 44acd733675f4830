// Workers that are started before they are needed. A process costs some milliseconds to start, which
// is more than a container does; so one always waits, and those that come back are used again.

import Documents
import Glibc
import HTTP
import Linux
import Support
import Synchronization

/// The workers of one server.
final class WorkerPool: Sendable {
  private struct State {
    var idle: [WorkerProcess] = []
    var isClosed = false
    var isWarming = false
  }

  /// As many stay when they have nothing to do.
  private let kept = 4
  private let state = Mutex(State())

  /// Starts a worker if none waits.
  func warm() {
    let needed = state.withLock { state in
      guard !state.isClosed, !state.isWarming, state.idle.isEmpty else { return false }
      state.isWarming = true
      return true
    }
    guard needed else { return }
    Task {
      let worker = try? await BlockingWork.run { try WorkerProcess() }
      state.withLock { $0.isWarming = false }
      if let worker { giveBack(worker) }
    }
  }

  private func take() throws -> WorkerProcess {
    if let worker = state.withLock({ $0.idle.popLast() }) { return worker }
    return try WorkerProcess()
  }

  private func giveBack(_ worker: WorkerProcess) {
    let isKept = state.withLock { state in
      guard !state.isClosed, state.idle.count < kept else { return false }
      state.idle.append(worker)
      return true
    }
    if !isKept { worker.end() }
  }

  /// Has `request` done by a worker.
  func run(_ request: WorkerRequest) async throws -> JSONValue {
    try await BlockingWork.run { [self] in
      let worker = try take()
      switch try worker.call(request) {
      case .done(let value):
        giveBack(worker)
        return value
      case .failed(let error):
        giveBack(worker)
        throw error
      case .descriptor, nil:
        worker.end()
        throw WorkerPool.lost
      }
    }
  }

  /// The same for a request that is answered with a descriptor, which the caller closes.
  func open(_ request: WorkerRequest) async throws -> Int32 {
    try await BlockingWork.run { [self] in
      let worker = try take()
      switch try worker.call(request) {
      case .descriptor:
        let fd = try worker.receive()
        giveBack(worker)
        return fd
      case .failed(let error):
        giveBack(worker)
        throw error
      case .done, nil:
        worker.end()
        throw WorkerPool.lost
      }
    }
  }

  /// Has a worker become `request`, with `streams` as its standard streams, which are closed here. The
  /// task waits for its end.
  func become(_ request: WorkerRequest, streams: [Int32]) throws -> Becoming {
    defer {
      for fd in Set(streams) { Glibc.close(fd) }
      warm()
    }
    let worker = try take()
    return Becoming(
      worker: worker, request: request, streams: try streams.map { try duplicateDescriptor($0) })
  }

  /// A worker that has turned into something else.
  struct Becoming: Sendable {
    let worker: WorkerProcess
    fileprivate let request: WorkerRequest
    fileprivate let streams: [Int32]

    var pid: pid_t { worker.pid }

    /// Waits for its end, on a thread of its own.
    ///
    /// - Throws: the error it ended with before it became anything.
    func status() async throws -> ExitStatus {
      try await BlockingWork.run {
        let answer = try worker.call(request, passing: streams)
        for fd in streams { Glibc.close(fd) }
        if case .failed(let error)? = answer {
          worker.end()
          throw error
        }
        return try worker.wait()
      }
    }
  }

  /// Lets all go.
  func close() {
    let workers = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    for worker in workers { worker.end() }
  }

  private static let lost = DklabError(
    .internal, id: "api.worker",
    Text("the worker process ended unexpectedly", ko: "작업 프로세스가 갑자기 끝났습니다"))
}
