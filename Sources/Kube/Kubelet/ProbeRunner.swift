// Probes: whether a container has started, is ready, still lives. Each is a child process
// (HandlerProcess.swift), and the end of a child is what wakes the kubelet.
//
// Next: Kubelet.swift

import Documents
import Glibc

/// The probes of all containers of a node.
final class ProbeRunner {
  private enum Kind: String, CaseIterable {
    case startup = "startupProbe"
    case liveness = "livenessProbe"
    case readiness = "readinessProbe"
  }

  private struct Watch {
    var pid: pid_t = 0
    var deadline: Int64 = 0
    var next: Int64 = 0
    var successes = 0
    var failures = 0
    /// What the probe says; nil until it has said anything.
    var result: Bool?
  }

  private var watches: [String: Watch] = [:]
  private let second: Int64 = 1_000_000_000
  private let handlers: HandlerProcess

  init(_ handlers: HandlerProcess) {
    self.handlers = handlers
  }

  /// Whether anything is being asked of a container.
  func isAsking(_ id: String) -> Bool {
    Kind.allCases.contains { watches["\(id)/\($0.rawValue)"]?.pid ?? 0 > 0 }
  }

  /// What the probes of a running container say now; begins those that are due. `again` is when to
  /// look next.
  func health(
    of container: JSONValue, _ observed: ObservedContainer, network: pid_t, now: Int64,
    again: inout Int64?
  ) -> (health: PodPlan.Health, failed: String?) {
    var health = PodPlan.Health()
    var failed: String?
    for kind in Kind.allCases {
      guard let probe = container[kind.rawValue] else { continue }
      // Until it has started nobody asks for more.
      if kind != .startup, !health.isStarted {
        if kind == .readiness { health.isReady = false }
        continue
      }
      let key = "\(observed.id)/\(kind.rawValue)"
      var watch = watches[key] ?? Watch()
      if watch.next == 0 {
        watch.next =
          observed.startedAt + Int64(probe.number("initialDelaySeconds") ?? 0) * second
      }
      collect(&watch, probe, now)
      if watch.pid == 0, now >= watch.next {
        start(&watch, probe, observed, network, container, now)
      }
      watches[key] = watch
      let due = watch.pid == 0 ? watch.next : watch.deadline
      again = min(again ?? .max, due)
      switch kind {
      case .startup:
        health.isStarted = watch.result == true
        if watch.result == false { health.mustRestart = true }
      case .readiness: health.isReady = watch.result == true
      case .liveness: if watch.result == false { health.mustRestart = true }
      }
      if watch.failures == 1 || watch.result == false { failed = kind.rawValue }
    }
    return (health, failed)
  }

  /// Forgets what is known of a container that is not there any more.
  func forget(_ id: String) {
    for kind in Kind.allCases {
      guard let watch = watches.removeValue(forKey: "\(id)/\(kind.rawValue)"), watch.pid > 0 else {
        continue
      }
      kill(watch.pid, SIGKILL)
      waitpid(watch.pid, nil, 0)
    }
  }

  private func collect(_ watch: inout Watch, _ probe: JSONValue, _ now: Int64) {
    guard watch.pid > 0 else { return }
    var status: Int32 = 0
    let ended = waitpid(watch.pid, &status, WNOHANG)
    if ended == 0 {
      guard now >= watch.deadline else { return }
      kill(watch.pid, SIGKILL)
      waitpid(watch.pid, &status, 0)
    }
    watch.pid = 0
    watch.next = now + Int64(probe.number("periodSeconds") ?? 10) * second
    if ended > 0, status == 0 {
      watch.successes += 1
      watch.failures = 0
      if watch.successes >= probe.number("successThreshold") ?? 1 { watch.result = true }
    } else {
      watch.failures += 1
      watch.successes = 0
      if watch.failures >= probe.number("failureThreshold") ?? 3 { watch.result = false }
    }
  }

  private func start(
    _ watch: inout Watch, _ probe: JSONValue, _ observed: ObservedContainer, _ network: pid_t,
    _ container: JSONValue, _ now: Int64
  ) {
    watch.deadline = now + Int64(probe.number("timeoutSeconds") ?? 1) * second
    watch.pid = handlers.begin(probe, of: container, id: observed.id, network: network) ?? 0
    if watch.pid == 0 { watch.next = now + second }
  }
}
