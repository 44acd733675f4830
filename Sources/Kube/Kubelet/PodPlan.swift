import Documents
import Support

/// What a kubelet does about one pod: decided by the pod, its containers and the time alone.
///
/// The order is the pod's life: the sandbox with the shared namespaces first, init containers one
/// after the other (sidecars stay), then all containers; at the end everything in reverse.
struct PodPlan {
  enum Operation: Equatable {
    case startSandbox
    case start(name: String, attempt: Int)
    case signal(id: String, kill: Bool)
    case remove(id: String)
    /// Everything has ended: the pod may go from the API.
    case finish
  }

  /// A container that could not be started, and when to try again.
  struct Problem: Equatable {
    var reason: String
    var message: String
    var next: Int64
    var count: Int
  }

  /// What probes say of a container.
  struct Health: Equatable {
    var isStarted = true
    var isReady = true
    /// Its liveness or startup probe has failed for good.
    var mustRestart = false
    /// Which probe that was, and the grace it gives.
    var failed = ""
    var grace: Int?
  }

  private(set) var operations: [Operation] = []
  /// Look again at this time.
  private(set) var again: Int64?

  private let pod: JSONValue
  private let containers: [ObservedContainer]
  private let problems: [String: Problem]
  private let health: [String: Health]
  /// Since when containers have been asked to end, by id.
  private let asked: [String: Int64]
  /// Why the node does not keep the pod.
  private let verdict: NodeVerdict?
  private let now: Int64
  private static let second: Int64 = 1_000_000_000

  init(
    _ pod: JSONValue, _ containers: [ObservedContainer], problems: [String: Problem] = [:],
    health: [String: Health] = [:], asked: [String: Int64] = [:],
    verdict: NodeVerdict? = nil, now: Int64
  ) {
    self.pod = pod
    self.containers = containers
    self.problems = problems
    self.health = health
    self.asked = asked
    self.verdict = verdict
    self.now = now
    decide()
  }

  /// The newest try of a container.
  static func newest(_ name: String, _ containers: [ObservedContainer]) -> ObservedContainer? {
    containers.filter { $0.name == name }.max { $0.attempt < $1.attempt }
  }

  private func newest(_ name: String) -> ObservedContainer? { Self.newest(name, containers) }

  private mutating func lookAgain(at time: Int64) {
    again = min(again ?? .max, time)
  }

  private mutating func decide() {
    let phase = pod.text("status", "phase")
    if pod.isBeingDeleted { return end() }
    if let verdict {
      // An evicted pod has no time to say good-bye.
      _ = stopInOrder(by: verdict.isEviction ? now : nil)
      return
    }
    if phase == "Succeeded" || phase == "Failed" || isFinished { return stopAll() }
    if let deadline = deadline {
      if now >= deadline { return stopAll() }
      lookAgain(at: deadline)
    }
    let sandbox = newest(ObservedContainer.sandbox)
    // It is being started.
    if sandbox?.state == .created { return }
    guard sandbox?.state == .running else {
      // Without its namespaces nothing of the old pod can go on.
      let living = containers.filter { $0.state == .running }
      for container in living { operations.append(.signal(id: container.id, kill: true)) }
      if living.isEmpty {
        for container in containers where container.name == ObservedContainer.sandbox {
          operations.append(.remove(id: container.id))
        }
        start(ObservedContainer.sandbox, attempt: 0, sandbox: true)
      }
      return
    }
    for container in pod.list("spec", "ephemeralContainers")
    where newest(container.text("name")) == nil {
      start(container.text("name"), attempt: 0)
    }
    guard runInitContainers() else { return }
    for container in pod.list("spec", "containers") { keepRunning(container.text("name"), policy) }
    cleanUp()
  }

  private var policy: String {
    let policy = pod.text("spec", "restartPolicy")
    return policy.isEmpty ? "Always" : policy
  }

  /// The end of `activeDeadlineSeconds`.
  private var deadline: Int64? {
    guard let seconds = pod.number("spec", "activeDeadlineSeconds"),
      let start = RFC3339.nanoseconds(pod.text("status", "startTime"))
    else { return nil }
    return start + Int64(Int32(clamping: seconds)) * Self.second
  }

  /// All containers have ended and none is to begin again.
  private var isFinished: Bool {
    let names = pod.list("spec", "containers").map { $0.text("name") }
    return policy != "Always" && !names.isEmpty
      && names.allSatisfy { name in
        guard let last = newest(name), last.state == .exited else { return false }
        return policy == "Never" || last.exitCode == 0
      }
  }

  /// Whether all init containers are done; starts the next one otherwise.
  private mutating func runInitContainers() -> Bool {
    for container in pod.list("spec", "initContainers") {
      let name = container.text("name")
      if container.text("restartPolicy") == "Always" {
        keepRunning(name, "Always")
        let isStarted = newest(name)?.state == .running && health[name]?.isStarted ?? true
        if !isStarted { return false }
        continue
      }
      if let last = newest(name), last.state == .exited, last.exitCode == 0 { continue }
      keepRunning(name, policy == "Never" ? "Never" : "OnFailure")
      return false
    }
    return true
  }

  private mutating func keepRunning(_ name: String, _ policy: String) {
    guard let last = newest(name) else {
      start(name, attempt: 0)
      return
    }
    switch last.state {
    case .created: break
    case .running:
      if let health = health[name], health.mustRestart { stop(last, by: nil, health.grace) }
    case .exited:
      if policy == "Never" || policy == "OnFailure" && last.exitCode == 0 { return }
      let next = last.finishedAt + Self.backoff(last)
      if now >= next { start(name, attempt: last.attempt + 1) } else { lookAgain(at: next) }
    }
  }

  /// The first restart comes at once, then 10 s, 20 s … five minutes. Ten good minutes are forgiven.
  static func backoff(_ last: ObservedContainer) -> Int64 {
    if last.attempt == 0 { return 0 }
    if last.startedAt > 0, last.finishedAt - last.startedAt > 600 * second { return 0 }
    return min(10 << Int64(min(last.attempt - 1, 5)), 300) * second
  }

  private mutating func start(_ name: String, attempt: Int, sandbox: Bool = false) {
    if let problem = problems[name], problem.next > now {
      lookAgain(at: problem.next)
      return
    }
    operations.append(sandbox ? .startSandbox : .start(name: name, attempt: attempt))
  }

  // MARK: The end

  private mutating func end() {
    let deadline = RFC3339.nanoseconds(pod.text("metadata", "deletionTimestamp")) ?? now
    guard stopInOrder(by: deadline) else { return }
    // The sandbox last: the others live in its namespaces.
    for container in containers where container.name != ObservedContainer.sandbox {
      operations.append(.remove(id: container.id))
    }
    for container in containers where container.name == ObservedContainer.sandbox {
      operations.append(.remove(id: container.id))
    }
    operations.append(.finish)
  }

  private mutating func stopAll() { _ = stopInOrder(by: nil) }

  /// The containers first; when they have ended the sidecars, the last one first; then the sandbox.
  /// Returns whether all have ended.
  private mutating func stopInOrder(by deadline: Int64?) -> Bool {
    // What is being started runs in a moment, or has failed.
    if containers.contains(where: { $0.state == .created }) { return false }
    let sidecars = pod.list("spec", "initContainers")
      .filter { $0.text("restartPolicy") == "Always" }.map { $0.text("name") }
    let living = containers.filter {
      $0.state == .running && $0.name != ObservedContainer.sandbox
    }
    var next = living.filter { !sidecars.contains($0.name) }
    if next.isEmpty {
      let last = sidecars.last { name in living.contains { $0.name == name } }
      next = living.filter { $0.name == last }
    }
    for container in next { stop(container, by: deadline) }
    if !next.isEmpty { return false }
    let sandboxes = containers.filter { $0.state == .running }
    for sandbox in sandboxes { operations.append(.signal(id: sandbox.id, kill: true)) }
    return sandboxes.isEmpty
  }

  /// Asks a container to end, and makes it end at `deadline`; without one, when its grace is over.
  private mutating func stop(
    _ container: ObservedContainer, by deadline: Int64?, _ grace: Int? = nil
  ) {
    let seconds = grace ?? pod.number("spec", "terminationGracePeriodSeconds") ?? 30
    let grace = Int64(Int32(clamping: seconds)) * Self.second
    let limit = deadline ?? (asked[container.id] ?? now) + grace
    operations.append(.signal(id: container.id, kill: now >= limit))
    if now < limit { lookAgain(at: limit) }
  }

  /// Of each container the last two tries stay: for its state, and for the logs of the one before.
  private mutating func cleanUp() {
    let groups = Dictionary(grouping: containers, by: \.name)
    for (_, tries) in groups.sorted(by: { $0.key < $1.key }) {
      for old in tries.sorted(by: { $0.attempt > $1.attempt }).dropFirst(2)
      where old.state == .exited {
        operations.append(.remove(id: old.id))
      }
    }
  }
}
