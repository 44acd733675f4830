import Documents
import Support

/// What a pod's status says, made of its containers: phase, conditions, the state of each container
/// in the kubelet's words.
struct PodStatus {
  private let pod: JSONValue
  private let containers: [ObservedContainer]
  private let problems: [String: PodPlan.Problem]
  private let health: [String: PodPlan.Health]
  private let now: Int64
  private let hostAddress: String
  private let verdict: NodeVerdict?

  init(
    _ pod: JSONValue, _ containers: [ObservedContainer], problems: [String: PodPlan.Problem] = [:],
    health: [String: PodPlan.Health] = [:], verdict: NodeVerdict? = nil, hostAddress: String,
    now: Int64
  ) {
    self.pod = pod
    self.containers = containers
    self.problems = problems
    self.health = health
    self.hostAddress = hostAddress
    self.verdict = verdict
    self.now = now
  }

  private var timestamp: String { RFC3339.text(now / 1_000_000_000 * 1_000_000_000) }

  private func newest(_ name: String) -> ObservedContainer? { PodPlan.newest(name, containers) }

  private var policy: String {
    let policy = pod.text("spec", "restartPolicy")
    return policy.isEmpty ? "Always" : policy
  }

  /// The whole status.
  var json: JSONValue {
    if let verdict, !verdict.isEviction { return rejected(verdict) }
    var result = pod
    let sandbox = newest(ObservedContainer.sandbox)
    let isUp = sandbox?.state == .running
    let isInitialized = initialized
    let statuses = pod.list("spec", "containers").map {
      status($0, waiting: isInitialized ? "ContainerCreating" : "PodInitializing")
    }
    let initStatuses = pod.list("spec", "initContainers").map {
      status($0, waiting: "PodInitializing")
    }
    let phase = phase(isInitialized)
    let isOver = phase == "Succeeded" || phase == "Failed"
    result.set("status", "phase", to: .string(phase))
    result.set("status", "hostIP", to: .string(hostAddress))
    result.set("status", "hostIPs", to: [["ip": .string(hostAddress)]])
    result.setDefault("status", "startTime", to: .string(timestamp))
    let address =
      pod.flag("spec", "hostNetwork") ? hostAddress : isUp ? sandbox?.address ?? "" : ""
    if !address.isEmpty {
      result.set("status", "podIP", to: .string(address))
      result.set("status", "podIPs", to: [["ip": .string(address)]])
    }
    result.set("status", "containerStatuses", to: .array(statuses))
    if !initStatuses.isEmpty {
      result.set("status", "initContainerStatuses", to: .array(initStatuses))
    }
    let ephemeral = pod.list("spec", "ephemeralContainers").map {
      status($0, waiting: "ContainerCreating")
    }
    if !ephemeral.isEmpty {
      result.set("status", "ephemeralContainerStatuses", to: .array(ephemeral))
    }
    setConditions(
      &result, statuses, isUp: isUp, isInitialized: isInitialized, isOver: isOver, phase)
    if let verdict {
      result.set("status", "reason", to: .string(verdict.reason))
      result.set("status", "message", to: .string(verdict.status))
      if verdict.isEviction {
        Conditions.set(
          &result, "DisruptionTarget", status: true, reason: "TerminationByKubelet",
          message: verdict.message, now: timestamp)
      }
    }
    if deadlineExceeded {
      result.set("status", "reason", to: "DeadlineExceeded")
      result.set(
        "status", "message", to: "Pod was active on the node longer than the specified deadline")
    }
    return result["status"] ?? [:]
  }

  /// A pod that was never taken has no containers to tell of.
  private func rejected(_ verdict: NodeVerdict) -> JSONValue {
    var result = pod
    result.set("status", "phase", to: "Failed")
    result.set("status", "reason", to: .string(verdict.reason))
    result.set("status", "message", to: .string(verdict.status))
    result.setDefault("status", "startTime", to: .string(timestamp))
    return result["status"] ?? [:]
  }

  private func setConditions(
    _ result: inout JSONValue, _ statuses: [JSONValue], isUp: Bool, isInitialized: Bool,
    isOver: Bool, _ phase: String
  ) {
    let now = timestamp
    Conditions.set(&result, "PodReadyToStartContainers", status: isUp, now: now)
    let pending = pod.list("spec", "initContainers").map { $0.text("name") }.filter {
      newest($0)?.exitCode != 0 || newest($0)?.state != .exited
    }
    Conditions.set(
      &result, "Initialized", status: isInitialized,
      reason: isInitialized
        ? (phase == "Succeeded" ? "PodCompleted" : "") : "ContainersNotInitialized",
      message: isInitialized
        ? "" : "containers with incomplete status: [\(pending.joined(separator: " "))]", now: now)
    let unready = statuses.filter { !$0.flag("ready") }.map { $0.text("name") }
    let isReady = unready.isEmpty && isInitialized && !isOver
    let reason =
      isReady
      ? ""
      : phase == "Succeeded"
        ? "PodCompleted"
        : phase == "Failed" ? "PodFailed" : "ContainersNotReady"
    let message =
      reason == "ContainersNotReady"
      ? "containers with unready status: [\(unready.joined(separator: " "))]" : ""
    let gates = pod.list("spec", "readinessGates").filter {
      !pod.isCondition($0.text("conditionType"))
    }
    Conditions.set(
      &result, "Ready", status: isReady && gates.isEmpty,
      reason: isReady && !gates.isEmpty ? "ReadinessGatesNotReady" : reason, message: message,
      now: now)
    Conditions.set(
      &result, "ContainersReady", status: isReady, reason: reason, message: message, now: now)
    Conditions.set(&result, "PodScheduled", status: true, now: now)
  }

  private var initialized: Bool {
    pod.list("spec", "initContainers").allSatisfy { container in
      guard let last = newest(container.text("name")) else { return false }
      if container.text("restartPolicy") == "Always" {
        return last.state == .running && health[last.name]?.isStarted ?? true
          || pod.list("spec", "containers").contains { newest($0.text("name")) != nil }
      }
      return last.state == .exited && last.exitCode == 0
    }
  }

  private var deadlineExceeded: Bool {
    guard let seconds = pod.number("spec", "activeDeadlineSeconds"),
      let start = RFC3339.nanoseconds(pod.text("status", "startTime"))
    else { return false }
    return now >= start + Int64(Int32(clamping: seconds)) * 1_000_000_000
  }

  private func phase(_ isInitialized: Bool) -> String {
    let before = pod.text("status", "phase")
    if before == "Succeeded" || before == "Failed" { return before }
    if deadlineExceeded || verdict != nil { return "Failed" }
    for container in pod.list("spec", "initContainers")
    where container.text("restartPolicy") != "Always" {
      if policy == "Never", let last = newest(container.text("name")), last.state == .exited,
        last.exitCode != 0
      {
        return "Failed"
      }
    }
    guard isInitialized else { return "Pending" }
    let all = pod.list("spec", "containers").map { newest($0.text("name")) }
    if all.contains(where: { $0 == nil }) {
      return before == "Running" ? "Running" : "Pending"
    }
    let ended = all.compactMap { $0 }.filter { $0.state == .exited }
    guard ended.count == all.count, policy != "Always" else { return "Running" }
    // Sidecars end after them, and then it is over.
    let sidecars = pod.list("spec", "initContainers").filter {
      $0.text("restartPolicy") == "Always"
    }
    if sidecars.contains(where: { newest($0.text("name"))?.state == .running }) { return "Running" }
    if policy == "OnFailure" {
      return ended.allSatisfy { $0.exitCode == 0 } ? "Succeeded" : "Running"
    }
    return ended.allSatisfy { $0.exitCode == 0 } ? "Succeeded" : "Failed"
  }

  // MARK: Containers

  private func status(_ container: JSONValue, waiting: String) -> JSONValue {
    let name = container.text("name")
    let last = newest(name)
    var status: JSONValue = [
      "name": .string(name), "ready": false, "restartCount": .integer(Int64(last?.attempt ?? 0)),
      "image": .string(last?.image ?? container.text("image")),
      "imageID": .string(last?.imageID ?? ""), "lastState": [:], "started": false,
    ]
    if let last { status["containerID"] = .string("dklab://\(last.id)") }
    let before = containers.filter { $0.name == name && $0.attempt + 1 == last?.attempt }.first
    if let before, before.state == .exited {
      status["lastState"] = ["terminated": terminated(before)]
    }
    let isInit = pod.list("spec", "initContainers").contains { $0.text("name") == name }
    let isEphemeral = pod.list("spec", "ephemeralContainers").contains { $0.text("name") == name }
    let isSidecar = isInit && container.text("restartPolicy") == "Always"
    let policy = isEphemeral ? "Never" : isSidecar ? "Always" : isInit ? initPolicy : policy
    status["state"] = state(last, name, policy, waiting: waiting)
    if let last, last.state == .running {
      let health = health[name] ?? PodPlan.Health()
      let counts = !isEphemeral && (!isInit || isSidecar)
      status["started"] = .bool(health.isStarted && counts)
      status["ready"] = .bool(health.isReady && health.isStarted && counts)
    } else if isInit, !isSidecar, last?.state == .exited, last?.exitCode == 0 {
      status["ready"] = true
    }
    // What waits to be restarted has ended before.
    if let last, last.state == .exited, status.at("state", "waiting") != nil {
      status["lastState"] = ["terminated": terminated(last)]
    }
    return status
  }

  /// An init container that has done its work does not begin again.
  private var initPolicy: String { policy == "Never" ? "Never" : "OnFailure" }

  private func state(
    _ last: ObservedContainer?, _ name: String, _ policy: String, waiting: String
  ) -> JSONValue {
    if let problem = problems[name], last?.state != .running {
      return [
        "waiting": ["reason": .string(problem.reason), "message": .string(problem.message)]
      ]
    }
    guard let last else { return ["waiting": ["reason": .string(waiting)]] }
    switch last.state {
    case .created: return ["waiting": ["reason": "ContainerCreating"]]
    case .running: return ["running": ["startedAt": .string(Self.time(last.startedAt))]]
    case .exited:
      let isRestarted =
        policy == "Always" || policy == "OnFailure" && last.exitCode != 0
      let isDone =
        ["Succeeded", "Failed"].contains(pod.text("status", "phase")) || pod.isBeingDeleted
      let wait = PodPlan.backoff(last)
      if isRestarted, !isDone, wait > 0, now < last.finishedAt + wait {
        let seconds = wait / 1_000_000_000
        let text = seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
        return [
          "waiting": [
            "reason": "CrashLoopBackOff",
            "message": .string(
              "back-off \(text) restarting failed container=\(name) pod=\(pod.name)_"
                + "\(pod.namespace)(\(pod.uid))"),
          ]
        ]
      }
      return ["terminated": terminated(last)]
    }
  }

  private func terminated(_ container: ObservedContainer) -> JSONValue {
    let reason =
      container.wasOutOfMemory
      ? "OOMKilled"
      : !container.error.isEmpty
        ? "StartError" : container.exitCode == 0 ? "Completed" : "Error"
    var state: JSONValue = [
      "exitCode": .integer(Int64(container.exitCode)), "reason": .string(reason),
      "startedAt": .string(Self.time(container.startedAt)),
      "finishedAt": .string(Self.time(container.finishedAt)),
      "containerID": .string("dklab://\(container.id)"),
    ]
    let message = container.error.isEmpty ? container.message : container.error
    if !message.isEmpty { state["message"] = .string(message) }
    return state
  }

  private static func time(_ nanoseconds: Int64) -> String {
    RFC3339.text(nanoseconds / 1_000_000_000 * 1_000_000_000)
  }
}
