import Documents
import Support

extension TableColumns {
  static let pods = [
    name,
    Column("Ready", "string", "Containers that are ready, of all") { pod, _ in
      let counts = PodSummary(pod)
      return .string("\(counts.ready)/\(counts.total)")
    },
    Column("Status", "string", "What the pod is doing, or why it is not") { pod, _ in
      .string(PodSummary(pod).reason)
    },
    Column("Restarts", "string", "Restarts of its containers, and when the last was") { pod, now in
      .string(PodSummary(pod).restarts(now: now))
    },
    age,
    text("IP", wide: true, empty: "<none>", "status", "podIP"),
    text("Node", wide: true, empty: "<none>", "spec", "nodeName"),
    text("Nominated Node", wide: true, empty: "<none>", "status", "nominatedNodeName"),
    Column("Readiness Gates", wide: true) { pod, _ in
      let gates = pod.list("spec", "readinessGates")
      guard !gates.isEmpty else { return "<none>" }
      let passed = gates.count { pod.isCondition($0.text("conditionType")) }
      return .string("\(passed)/\(gates.count)")
    },
  ]
}

/// One line about a pod: what `kubectl get pods` shows.
struct PodSummary {
  var total = 0
  var ready = 0
  var reason = ""
  private var restartCount = 0
  private var lastRestart: Int64?

  init(_ pod: JSONValue) {
    let containers = pod.list("spec", "containers")
    total = containers.count
    reason = pod.text("status", "phase")
    let why = pod.text("status", "reason")
    if !why.isEmpty { reason = why }
    if pod.list("status", "conditions").contains(where: {
      $0.text("type") == "PodScheduled" && $0.text("reason") == "SchedulingGated"
    }) {
      reason = "SchedulingGated"
    }
    let isInitializing = readInitContainers(pod)
    if !isInitializing || isSettled(pod) { readContainers(pod) }
    if pod.isBeingDeleted {
      if why == "NodeLost" {
        reason = "Unknown"
      } else if reason != "Completed" && !["Succeeded", "Failed"].contains(phase(pod)) {
        reason = "Terminating"
      }
    }
  }

  private func phase(_ pod: JSONValue) -> String { pod.text("status", "phase") }

  private func isSettled(_ pod: JSONValue) -> Bool { pod.isCondition("Initialized") }

  private static func isSidecar(_ pod: JSONValue, _ name: String) -> Bool {
    pod.list("spec", "initContainers").contains {
      $0.text("name") == name && $0.text("restartPolicy") == "Always"
    }
  }

  private mutating func countRestarts(_ status: JSONValue) {
    restartCount += status.number("restartCount") ?? 0
    let finished = status.text("lastState", "terminated", "finishedAt")
    if let time = RFC3339.nanoseconds(finished) { lastRestart = max(lastRestart ?? time, time) }
  }

  /// Whether an init container still stands in the way.
  private mutating func readInitContainers(_ pod: JSONValue) -> Bool {
    let all = pod.list("spec", "initContainers")
    total += all.count { $0.text("restartPolicy") == "Always" }
    for (index, status) in pod.list("status", "initContainerStatuses").enumerated() {
      let isSidecar = Self.isSidecar(pod, status.text("name"))
      countRestarts(status)
      if let terminated = status.at("state", "terminated") {
        if terminated.number("exitCode") == 0 && !isSidecar { continue }
        reason = "Init:" + Self.endReason(terminated)
        if !isSidecar { return true }
        continue
      }
      if isSidecar, status.flag("started") {
        if status.flag("ready") { ready += 1 }
        continue
      }
      let waiting = status.text("state", "waiting", "reason")
      if !waiting.isEmpty && waiting != "PodInitializing" {
        reason = "Init:" + waiting
      } else {
        reason = "Init:\(index)/\(all.count)"
      }
      return true
    }
    return false
  }

  private static func endReason(_ terminated: JSONValue) -> String {
    let reason = terminated.text("reason")
    if !reason.isEmpty { return reason }
    let signal = terminated.number("signal") ?? 0
    return signal != 0 ? "Signal:\(signal)" : "ExitCode:\(terminated.number("exitCode") ?? 0)"
  }

  private mutating func readContainers(_ pod: JSONValue) {
    var hasRunning = false
    if !pod.list("status", "initContainerStatuses").contains(where: {
      Self.isSidecar(pod, $0.text("name"))
    }) {
      restartCount = 0
      lastRestart = nil
    }
    for status in pod.list("status", "containerStatuses").reversed() {
      countRestarts(status)
      let waiting = status.text("state", "waiting", "reason")
      if !waiting.isEmpty {
        reason = waiting
      } else if let terminated = status.at("state", "terminated") {
        reason = Self.endReason(terminated)
      } else if status.flag("ready"), status.at("state", "running") != nil {
        hasRunning = true
        ready += 1
      }
    }
    if reason == "Completed" && hasRunning {
      reason = pod.isCondition("Ready") ? "Running" : "NotReady"
    }
  }

  /// `3 (5m ago)`.
  func restarts(now: Int64) -> String {
    guard restartCount > 0, let lastRestart else { return String(restartCount) }
    return "\(restartCount) (\(Ages.text(seconds: (now - lastRestart) / 1_000_000_000)) ago)"
  }
}
