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

  /// What one probe found that is worth telling.
  struct News: Equatable {
    /// `livenessProbe`, `readinessProbe`, `startupProbe`.
    var probe: String
    var message: String
    /// Well, but not as it should be.
    var isWarning = false
  }

  private struct Watch {
    var process: HandlerProcess.Running?
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
    Kind.allCases.contains { watches["\(id)/\($0.rawValue)"]?.process != nil }
  }

  /// What the probes of a running container say now; begins those that are due. `again` is when to
  /// look next.
  func health(
    of container: JSONValue, _ observed: ObservedContainer, place: HandlerProcess.Place,
    now: Int64, again: inout Int64?
  ) -> (health: PodPlan.Health, news: [News]) {
    var health = PodPlan.Health()
    var news: [News] = []
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
      if let found = collect(&watch, probe, now) {
        news.append(News(probe: kind.rawValue, message: found.message, isWarning: found.isWarning))
      }
      if watch.process == nil, now >= watch.next {
        start(&watch, probe, observed, place, container, now)
      }
      watches[key] = watch
      let due = watch.process == nil ? watch.next : watch.deadline
      again = min(again ?? .max, due)
      switch kind {
      case .startup: health.isStarted = watch.result == true
      case .readiness: health.isReady = watch.result == true
      case .liveness: break
      }
      if kind != .readiness, watch.result == false {
        health.mustRestart = true
        health.failed = kind.rawValue
        health.grace = probe.number("terminationGracePeriodSeconds")
      }
    }
    return (health, news)
  }

  /// Forgets what is known of a container that is not there any more.
  func forget(_ id: String) {
    for kind in Kind.allCases {
      guard let process = watches.removeValue(forKey: "\(id)/\(kind.rawValue)")?.process else {
        continue
      }
      kill(process.pid, SIGKILL)
      waitpid(process.pid, nil, 0)
    }
  }

  /// Takes note of the end of a probe; returns what it found wrong.
  private func collect(_ watch: inout Watch, _ probe: JSONValue, _ now: Int64) -> (
    message: String, isWarning: Bool
  )? {
    guard let process = watch.process else { return nil }
    var status: Int32 = 0
    let ended = waitpid(process.pid, &status, WNOHANG)
    if ended == 0 {
      guard now >= watch.deadline else { return nil }
      kill(process.pid, SIGKILL)
      waitpid(process.pid, &status, 0)
    }
    watch.process = nil
    watch.next = now + Int64(probe.number("periodSeconds") ?? 10) * second
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128
    let isWarning = ended > 0 && code == HandlerProcess.warning && probe["exec"] == nil
    if ended > 0, code == 0 || isWarning {
      watch.successes += 1
      watch.failures = 0
      if watch.successes >= probe.number("successThreshold") ?? 1 { watch.result = true }
      return isWarning ? (process.output.text, true) : nil
    }
    watch.failures += 1
    watch.successes = 0
    if watch.failures >= probe.number("failureThreshold") ?? 3 { watch.result = false }
    return (ended > 0 ? process.output.text : Self.timeout(probe), false)
  }

  /// What the kubelet says of a probe that took too long.
  private static func timeout(_ probe: JSONValue) -> String {
    if let command = probe["exec"] {
      let words = command.list("command").compactMap(\.string).joined(separator: " ")
      return
        "command timed out: \"\(words)\" timed out after \(probe.number("timeoutSeconds") ?? 1)s"
    }
    return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
  }

  private func start(
    _ watch: inout Watch, _ probe: JSONValue, _ observed: ObservedContainer,
    _ place: HandlerProcess.Place, _ container: JSONValue, _ now: Int64
  ) {
    watch.deadline = now + Int64(probe.number("timeoutSeconds") ?? 1) * second
    watch.process = handlers.begin(probe, of: container, id: observed.id, place: place)
    if watch.process == nil { watch.next = now + second }
  }
}
