import Documents
import Glibc
import HTTP
import Support
import Synchronization

/// Runs controllers: what changes in the store wakes the ones it concerns. Plans are carried out as they
/// come; what fails is tried again, later each time.
///
/// Carrying out may take long, since somebody else's webhook may be asked. So each controller works on a
/// thread of its own while it has something to do, on no object twice at the same time; most look at one
/// object after the other, and those of workloads at a few at once.
package final class ControllerManager: Sendable {
  private struct State {
    var queue: [Work] = []
    var queued: Set<Work> = []
    /// What is being carried out, and how much of it by each controller.
    var busy: Set<Work> = []
    var load: [Int: Int] = [:]
    /// Work for later, by the time it is due.
    var timers: [Work: Int64] = [:]
    var failures: [Work: Int] = [:]
    var memories: [Work: AutoscalerMemory] = [:]
    var isStopped = false
    var stoppedControllers: Set<String> = []
    var watcher: Watcher?
    var isIdle = false
  }

  struct Work: Hashable {
    let controller: Int
    let key: ObjectKey
  }

  private let api: ObjectAPI
  private let controllers: [any Controller]
  private let byBucket: [String: [Int]]
  private let state = Mutex(State())
  private let signal = ThreadSignal()
  private let metrics: MetricsBook
  /// Told of every plan that has steps, for `--explain` and logs.
  private let onPlan: @Sendable (_ controller: String, ObjectKey, Plan) -> Void

  package init(
    api: ObjectAPI, controllers: [any Controller] = ControllerManager.standard,
    metrics: MetricsBook = MetricsBook(),
    onPlan: @escaping @Sendable (String, ObjectKey, Plan) -> Void = { _, _, _ in }
  ) {
    self.api = api
    self.controllers = controllers
    self.metrics = metrics
    self.onPlan = onPlan
    var byBucket: [String: [Int]] = [:]
    for (index, controller) in controllers.enumerated() {
      for bucket in controller.watches { byBucket[bucket, default: []].append(index) }
    }
    self.byBucket = byBucket
  }

  /// Everything that a cluster has by default.
  package static let standard: [any Controller] = [
    NamespaceController(), GarbageCollector(), ServiceAccountController(),
    ReplicaSetController.replicaSets, ReplicaSetController.replicationControllers,
    DeploymentController(), DaemonSetController(), StatefulSetController(), JobController(),
    CronJobController(), EndpointsController(), EndpointMirrorController(),
    NodeLifecycleController(),
    DisruptionController(), QuotaController(), VolumeController(), HorizontalController(),
    DefinitionController(), APIServiceController(),
  ]

  /// Begins on a thread of its own, with a look at everything there is.
  package func start() throws {
    let watcher = try api.store.watch("", after: api.store.revision) { [weak self] event in
      self?.enqueue(event)
    }
    state.withLock { $0.watcher = watcher }
    lookAtEverything()
    ThreadSignal.detach { [self] in run() }
  }

  /// Ends after the present piece of work.
  package func stop() {
    state.withLock {
      $0.isStopped = true
      $0.watcher?.cancel()
      $0.watcher = nil
    }
    signal.wake()
  }

  /// Switches one controller off or on, for those who want to see what it is for.
  package func setStopped(_ isStopped: Bool, controller: String) {
    state.withLock {
      if isStopped {
        $0.stoppedControllers.insert(controller)
      } else {
        $0.stoppedControllers.remove(controller)
      }
    }
    if !isStopped { lookAtEverything() }
  }

  private func lookAtEverything() {
    for (index, controller) in controllers.enumerated() {
      for bucket in controller.watches {
        for object in api.store.list(bucket).objects {
          let event = StoreEvent(
            kind: .added, revision: object.revision, object: object, previous: nil)
          for key in controller.keys(for: event, view()) {
            enqueue(Work(controller: index, key: key))
          }
        }
      }
    }
    signal.wake()
  }

  private func view() -> ClusterView {
    ClusterView(api.store, metrics: metrics, now: api.now())
  }

  /// Called under the store's lock: it must not ask the store. Which objects are concerned is found
  /// out later, by the thread.
  private func enqueue(_ event: StoreEvent) {
    pending.withLock { $0.append(event) }
    signal.wake()
  }

  private let pending = Mutex<[StoreEvent]>([])

  private func enqueue(_ work: Work) {
    state.withLock { state in
      if state.queued.insert(work).inserted { state.queue.append(work) }
    }
  }

  private func run() {
    while true {
      sortEvents()
      let isStopped = state.withLock { state in
        Self.moveDue(&state, api.now())
        return state.isStopped
      }
      if isStopped { return }
      while let work = take() {
        BlockingWork.start { [self] in
          var next: Work? = work
          while let current = next {
            carryOut(current)
            finish(current)
            next = take()
          }
        }
      }
      let wait = state.withLock { state in state.timers.values.min().map { $0 - api.now() } }
      signal.wait(nanoseconds: wait ?? 60_000_000_000)
    }
  }

  private static func moveDue(_ state: inout State, _ now: Int64) {
    for (work, due) in state.timers where due <= now {
      state.timers[work] = nil
      if state.queued.insert(work).inserted { state.queue.append(work) }
    }
  }

  /// The first piece of work whose controller has time for it, and whose object it is not at already.
  private func take() -> Work? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      let index = state.queue.firstIndex { work in
        state.load[work.controller, default: 0] < controllers[work.controller].width
          && !state.busy.contains(work)
      }
      guard let index else { return nil }
      let work = state.queue.remove(at: index)
      state.queued.remove(work)
      state.busy.insert(work)
      state.load[work.controller, default: 0] += 1
      return work
    }
  }

  private func finish(_ work: Work) {
    let isMore = state.withLock { state in
      state.busy.remove(work)
      state.load[work.controller, default: 1] -= 1
      return !state.queue.isEmpty || !state.timers.isEmpty
    }
    // What waited for this one, or is to be looked at again later.
    if isMore { signal.wake() }
  }

  /// Runs until there is nothing to do, without a thread: for tests, which move the clock
  /// themselves.
  package func settle(limit: Int = 10_000) {
    var count = 0
    while count < limit {
      sortEvents()
      state.withLock { Self.moveDue(&$0, api.now()) }
      guard let work = take() else { return }
      carryOut(work)
      finish(work)
      count += 1
    }
  }

  /// Begins without a thread, for `settle`.
  package func startWithoutThread() throws {
    let watcher = try api.store.watch("", after: api.store.revision) { [weak self] event in
      self?.enqueue(event)
    }
    state.withLock { $0.watcher = watcher }
    lookAtEverything()
  }

  private func sortEvents() {
    let events = pending.withLock { events in
      defer { events = [] }
      return events
    }
    guard !events.isEmpty else { return }
    let view = view()
    for event in events {
      for index in byBucket[event.object.key.bucket, default: []] + byBucket["", default: []] {
        for key in controllers[index].keys(for: event, view) {
          enqueue(Work(controller: index, key: key))
        }
      }
    }
  }

  private func carryOut(_ work: Work) {
    let controller = controllers[work.controller]
    guard !state.withLock({ $0.stoppedControllers.contains(controller.name) }) else { return }
    var view = view()
    view.memory = state.withLock { $0.memories[work] }
    let plan = controller.plan(work.key, view)
    if !plan.steps.isEmpty { onPlan(controller.name, work.key, plan) }
    var executor = PlanExecutor(api: api, controller: controller.name)
    executor.carryOut(plan)
    state.withLock { state in
      if executor.failed {
        let count = (state.failures[work] ?? 0) + 1
        state.failures[work] = count
        // 10 ms, 20 ms, 40 ms … five minutes.
        let delay = min(10_000_000 << Int64(min(count, 15)), 300_000_000_000)
        state.timers[work] = api.now() + Int64(delay)
      } else {
        state.failures[work] = nil
        if let memory = plan.memory { state.memories[work] = memory }
        if let again = plan.again {
          state.timers[work] = api.now() + Int64(again) * 1_000_000_000
        }
      }
    }
  }
}

/// A thread that waits for something to do.
final class ThreadSignal: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func wake() { sem_post(semaphore) }

  /// Waits until `wake`, or for so long.
  func wait(nanoseconds: Int64) {
    var until = timespec()
    clock_gettime(CLOCK_REALTIME, &until)
    let sum = Int64(until.tv_nsec) + max(nanoseconds, 1_000_000)
    until.tv_sec += Int(sum / 1_000_000_000)
    until.tv_nsec = Int(sum % 1_000_000_000)
    sem_timedwait(semaphore, &until)
    // Any number of wake-ups is one.
    while sem_trywait(semaphore) == 0 {}
  }

  private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on a new thread that nobody waits for.
  static func detach(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 2 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box)
  }
}
