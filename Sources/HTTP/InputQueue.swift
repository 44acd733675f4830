// Between an event loop, which must never wait, and a task, which may: what has arrived stands in a
// queue. When the queue is full the event loop stops reading from the socket, the kernel's buffer
// fills, and the sender waits: that is back-pressure. When the task has taken enough, `onDemand`
// asks the event loop to read again.

import Synchronization

/// A queue with one producer (an event loop) and one consumer (a task), bounded by cost.
final class InputQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [(element: Element, cost: Int)] = []
    var first = 0
    var cost = 0
    var isFinished = false
    var failure: (any Error)?
    var waiter: CheckedContinuation<Element?, any Error>?
    var wasFull = false
  }

  private let state = Mutex(State())
  /// Above this the producer should pause; below half of it `onDemand` is called.
  let limit: Int
  private let onDemand: @Sendable () -> Void

  init(limit: Int, onDemand: @escaping @Sendable () -> Void = {}) {
    self.limit = limit
    self.onDemand = onDemand
  }

  /// Adds one element; after `finish` or `fail` it is dropped.
  func append(_ element: Element, cost: Int) {
    let waiter: CheckedContinuation<Element?, any Error>? = state.withLock { state in
      if state.isFinished || state.failure != nil { return nil }
      if let waiter = state.waiter {
        state.waiter = nil
        return waiter
      }
      state.elements.append((element, cost))
      state.cost += cost
      if state.cost >= limit { state.wasFull = true }
      return nil
    }
    waiter?.resume(returning: element)
  }

  /// No more will come; what is there can still be taken.
  func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }

  /// Nothing more can be taken; `next` throws. Does nothing after `finish`.
  func fail(_ error: any Error) {
    let waiter: CheckedContinuation<Element?, any Error>? = state.withLock { state in
      guard !state.isFinished, state.failure == nil else { return nil }
      state.failure = error
      state.elements = []
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(throwing: error)
  }

  /// Whether the producer should pause.
  var isFull: Bool { state.withLock { $0.cost >= limit } }

  /// The next element, waiting for it; nil at the end. Throws `CancellationError` when the task is
  /// cancelled. Only one task may wait.
  func next() async throws -> Element? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (result, demand): (Result<Element?, any Error>?, Bool) = state.withLock { state in
          if state.first < state.elements.count {
            let (element, cost) = state.elements[state.first]
            state.first += 1
            state.cost -= cost
            if state.first == state.elements.count {
              state.elements.removeAll(keepingCapacity: true)
              state.first = 0
            }
            let demand = state.wasFull && state.cost <= limit / 2
            if demand { state.wasFull = false }
            return (.success(element), demand)
          }
          if let failure = state.failure { return (.failure(failure), false) }
          if state.isFinished { return (.success(nil), false) }
          if Task.isCancelled { return (.failure(CancellationError()), false) }
          precondition(state.waiter == nil, "two tasks read one stream")
          state.waiter = continuation
          return (nil, false)
        }
        if demand { onDemand() }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume(throwing: CancellationError())
    }
  }
}
