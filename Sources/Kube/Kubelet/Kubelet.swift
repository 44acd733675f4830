// A node: it watches the pods that are bound to it, runs their containers on the engine, and reports
// how they are. One thread, one poll(2) loop; everything it must remember lies in the API and in the
// engine, so that it can be killed at any moment and go on where it was.
//
// Next: PodPlan.swift decides, PodExecutor.swift acts, PodStatus.swift reports.

import CLinux
import Documents
import Engine
import Glibc
import Linux
import Support

/// The agent of one node.
final class Kubelet {
  let node: String
  let client: LocalClient
  let executor: PodExecutor
  private let report: NodeReport
  private var pods: [String: JSONValue] = [:]
  private var dirty: Set<String> = []
  private var due: [String: Int64] = [:]
  private var watch: WatchConnection?
  private var waiting: [Int32: (descriptor: Int32, pod: String)] = [:]
  private var nextReport: Int64 = 0
  private var nextLease: Int64 = 0
  private let probes: ProbeRunner
  private var signalled: Set<String> = []

  /// `index` is the number of the node in its cluster, from 0.
  init(node: String, index: Int, client: LocalClient, engine: Engine, directory: String) {
    self.node = node
    self.client = client
    report = NodeReport(
      name: node, address: "127.0.0.1", range: "\(ClusterNetwork().range(ofNode: index))")
    executor = PodExecutor(
      engine: engine, client: client, node: node, directory: directory,
      hostAddress: report.address, range: report.range)
    probes = ProbeRunner { container, command in
      PodExecutor.spawn(["exec", container] + command, engine: engine)
    }
  }

  /// Serves until `stop` says so; never returns because the server is away.
  func run(until stop: Int32, ready: () -> Void) {
    var isReady = false
    while true {
      let now = wallClockNanoseconds()
      do {
        try keepInTouch(now)
        if !isReady { ready() }
        isReady = true
      } catch {
        watch = nil
        if !isReady, !(error is SyscallError) { StandardLog.print("kubelet: \(error)") }
      }
      for (uid, time) in due where time <= now {
        due[uid] = nil
        dirty.insert(uid)
      }
      let batch = dirty
      dirty = []
      for uid in batch { sync(uid) }
      executor.reap()
      if waitForNews(stop) { return }
    }
  }

  // MARK: The API

  private func keepInTouch(_ now: Int64) throws {
    if now >= nextReport {
      try report.register(client, now: now)
      nextReport = now + 60_000_000_000
      nextLease = now + NodeReport.leasePeriod
    } else if now >= nextLease {
      try report.renewLease(client, now: now)
      nextLease = now + NodeReport.leasePeriod
    }
    if watch == nil { try beginWatch() }
  }

  private func beginWatch() throws {
    let selector = "fieldSelector=spec.nodeName%3D\(node)"
    let list = try client.request("GET", "/api/v1/pods?\(selector)")
    guard list.isSuccess else { throw SyscallError("list", "pods", errno: EAGAIN) }
    var seen: Set<String> = []
    for pod in list.body.list("items") {
      seen.insert(pod.uid)
      update(pod)
    }
    for uid in pods.keys where !seen.contains(uid) { forget(uid) }
    executor.removeStrays(keeping: seen)
    watch = try client.watch(
      "/api/v1/pods?\(selector)&watch=true&resourceVersion=\(list.body.resourceVersion)")
  }

  private func update(_ pod: JSONValue) {
    pods[pod.uid] = pod
    dirty.insert(pod.uid)
  }

  private func forget(_ uid: String) {
    pods[uid] = nil
    due[uid] = nil
    executor.destroy(uid)
  }

  private func readWatch() {
    do {
      guard let events = try watch?.read() else {
        watch = nil
        return
      }
      for (kind, object) in events {
        switch kind {
        case "ADDED", "MODIFIED": update(object)
        case "DELETED": forget(object.uid)
        case "ERROR": watch = nil
        default: break
        }
      }
    } catch { watch = nil }
  }

  // MARK: One pod

  private func sync(_ uid: String) {
    guard let pod = pods[uid] else { return }
    var again: Int64?
    for _ in 0..<32 {
      let now = wallClockNanoseconds()
      let containers = executor.containers(of: uid)
      let health = health(pod, containers, now, &again)
      let plan = PodPlan(
        pod, containers, problems: executor.problems[uid] ?? [:], health: health, now: now)
      if let time = plan.again { again = min(again ?? .max, time) }
      var didSomething = false
      for operation in plan.operations {
        if case .signal(let id, let kills) = operation,
          !signalled.insert("\(id)/\(kills)").inserted
        {
          continue
        }
        didSomething = true
        if executor.carryOut(operation, pod) { return forget(uid) }
      }
      if !didSomething {
        reportStatus(pod, containers, health)
        listen(containers, uid)
        break
      }
    }
    if let again { lookAgain(uid, at: again) }
  }

  private func lookAgain(_ uid: String, at time: Int64) {
    due[uid] = min(due[uid] ?? .max, time)
  }

  private func health(
    _ pod: JSONValue, _ containers: [ObservedContainer], _ now: Int64, _ again: inout Int64?
  ) -> [String: PodPlan.Health] {
    guard !pod.isBeingDeleted,
      let sandbox = PodPlan.newest(ObservedContainer.sandbox, containers), sandbox.state == .running
    else { return [:] }
    var result: [String: PodPlan.Health] = [:]
    for container in pod.list("spec", "containers") + pod.list("spec", "initContainers") {
      let name = container.text("name")
      guard let observed = PodPlan.newest(name, containers), observed.state == .running else {
        continue
      }
      let (health, failed) = probes.health(
        of: container, observed, network: sandbox.pid, now: now, again: &again)
      result[name] = health
      if let failed, signalled.insert("\(observed.id)/\(failed)/\(health.mustRestart)").inserted {
        let kind = failed.dropLast(5)
        executor.note(
          pod, "Unhealthy",
          "\(kind.prefix(1).uppercased() + kind.dropFirst()) probe failed", container: name,
          isWarning: true)
        if health.mustRestart {
          executor.note(
            pod, "Killing", "Container \(name) failed \(kind) probe, will be restarted",
            container: name)
        }
      }
    }
    return result
  }

  private func reportStatus(
    _ pod: JSONValue, _ containers: [ObservedContainer], _ health: [String: PodPlan.Health]
  ) {
    let status = PodStatus(
      pod, containers, problems: executor.problems[pod.uid] ?? [:], health: health,
      hostAddress: report.address, now: wallClockNanoseconds()
    ).json
    guard status != pod["status"] else { return }
    let path = "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/status"
    let patch: JSONValue = ["metadata": ["uid": .string(pod.uid)], "status": status]
    guard
      let answer = try? client.request("PATCH", path, patch, type: PatchKind.merge.rawValue)
    else {
      // The server is away: say it again when it is back.
      lookAgain(pod.uid, at: wallClockNanoseconds() + 1_000_000_000)
      return
    }
    if answer.isSuccess {
      pods[pod.uid] = answer.body
    } else if answer.status == 404 {
      forget(pod.uid)
    }
  }

  /// Hears of the end of every process of a pod.
  private func listen(_ containers: [ObservedContainer], _ uid: String) {
    for container in containers where container.state == .running && container.pid > 0 {
      guard waiting[container.pid] == nil else { continue }
      let descriptor = dk_pidfd_open(container.pid, 0)
      if descriptor >= 0 {
        waiting[container.pid] = (descriptor, uid)
      } else {
        // It has ended already; its monitor is about to say so.
        lookAgain(uid, at: wallClockNanoseconds() + 30_000_000)
      }
    }
    let living = executor.containerIDs
    probes.forget(except: living)
    signalled = signalled.filter { living.contains(String($0.prefix { $0 != "/" })) }
  }

  // MARK: Waiting

  /// Returns true when it is time to end.
  private func waitForNews(_ stop: Int32) -> Bool {
    let now = wallClockNanoseconds()
    var next = min(nextLease, now + 5_000_000_000)
    if watch == nil { next = min(next, now + 250_000_000) }
    if let first = due.values.min() { next = min(next, first) }
    let timeout = dirty.isEmpty ? max(0, (next - now) / 1_000_000 + 1) : 0
    var entries = [PollEntry(fd: stop, events: .readable)]
    if let watch { entries.append(PollEntry(fd: watch.descriptor, events: .readable)) }
    let processes = Array(waiting)
    for (_, value) in processes {
      entries.append(PollEntry(fd: value.descriptor, events: .readable))
    }
    _ = try? pollDescriptors(&entries, timeout: Int32(clamping: timeout))
    if !entries[0].ready.isEmpty { return true }
    let first = watch == nil ? 1 : 2
    if watch != nil, !entries[1].ready.isEmpty { readWatch() }
    for (index, (pid, value)) in processes.enumerated() where !entries[first + index].ready.isEmpty
    {
      close(value.descriptor)
      waiting[pid] = nil
      dirty.insert(value.pod)
      // Its monitor writes down what came of it a moment later.
      lookAgain(value.pod, at: wallClockNanoseconds() + 30_000_000)
    }
    return false
  }
}
