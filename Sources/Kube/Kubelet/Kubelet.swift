// A node: it watches the pods that are bound to it, runs their containers on the engine, and reports
// how they are. One thread, one poll(2) loop; everything it must remember lies in the API and in the
// engine, so that it can be killed at any moment and go on where it was.
//
// Nothing in the loop waits for one pod: a launch, a hook, a probe, a status on its way to the server
// are begun, and the loop hears of their end. So pods start beside each other, and of one pod each step
// follows the one before.
//
// Next: Kubelet+API.swift and Kubelet+Waiting.swift hear, PodPlan.swift decides, PodExecutor.swift acts,
// PodStatus.swift reports.

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
  var report: NodeReport
  /// The node as the server knows it.
  var own: JSONValue = [:]
  /// What was said of pods: taken, or why not, or why not any more.
  var verdicts: [String: NodeVerdict?] = [:]
  /// When to measure next what pods have written.
  var nextMeasure: Int64 = 0
  let probes: ProbeRunner
  let usage: UsageReporter
  let updates: VolumeUpdates
  let files: StaticPods
  /// Whether files of static pods, or the pods that were made of them, have changed.
  var filesChanged = true
  var pods: [String: JSONValue] = [:]
  /// Pods that are not in the API any more and have something left here.
  var gone: Set<String> = []
  /// Since when containers have been asked to end, by id.
  var asked: [String: Int64] = [:]
  var killed: Set<String> = []
  /// What was told of a container's probes already.
  var told: Set<String> = []
  /// Statuses on their way to the server, by descriptor.
  var reports: [Int32: (request: RequestUnderWay, pod: String)] = [:]
  /// Requests that the API lets a pod go, on their way to the server, by descriptor.
  var deletions: [Int32: (request: RequestUnderWay, pod: String)] = [:]
  /// Pods of which nothing is left here, and that the API has not let go yet.
  var leaving: Set<String> = []
  var dirty: [String] = []
  var isDirty: Set<String> = []
  /// Pods that wait until fewer containers are on their way.
  var crowd: [String] = []
  /// Pods of which a probe is under way.
  var asking: Set<String> = []
  var due: [String: Int64] = [:]
  var watch: WatchConnection?
  var processes: [Int32: (descriptor: Int32, container: String)] = [:]
  /// Containers whose process has ended and whose record does not say so yet, and how often that was
  /// looked at.
  var unsettled: [String: Int] = [:]
  var nextReport: Int64 = 0
  var nextLease: Int64 = 0

  /// `index` is the number of the node in its cluster, from 0.
  init(node: String, index: Int, client: LocalClient, engine: Engine, directory: String) throws {
    self.node = node
    self.client = client
    report = NodeReport(
      name: node, range: "\(ClusterNetwork().range(ofNode: index))", storage: engine.root.path)
    executor = try PodExecutor(
      engine: engine, client: client, node: node, directory: directory, report: report)
    usage = UsageReporter(node: node, engine: engine, client: client)
    probes = ProbeRunner(PodExecutor.handlers(engine))
    updates = VolumeUpdates(client)
    files = try StaticPods(node: node, directory: "\(directory)/manifests", client: client)
  }

  /// Serves until `stop` says so, or until the cluster's directory is gone; never returns because the
  /// server is away. `children` becomes readable when a child process has ended.
  func run(until stop: Int32, children: Int32, ready: () -> Void) {
    var isReady = false
    while true {
      let now = wallClockNanoseconds()
      do {
        try keepInTouch(now)
        if !isReady { ready() }
        isReady = true
      } catch {
        watch = nil
        if client.isAbandoned { return abandon() }
        if !isReady, !(error is SyscallError) { StandardLog.print("kubelet: \(error)") }
      }
      for (uid, time) in due where time <= now {
        due[uid] = nil
        mark(uid)
      }
      measureStorage(now)
      let batch = dirty
      dirty = []
      isDirty = []
      for uid in batch { sync(uid) }
      executor.outbox.flush(now)
      usage.report(now) { executor.containers.all.filter { pods[$0.podUID] != nil } }
      if waitForNews(stop, children) { return }
    }
  }

  /// The cluster is gone, and nobody will ever ask for its pods again.
  private func abandon() {
    for (descriptor, _) in processes.values { dk_pidfd_send_signal(descriptor, SIGKILL) }
  }

  func mark(_ uid: String) {
    if isDirty.insert(uid).inserted { dirty.append(uid) }
  }

  func lookAgain(_ uid: String, at time: Int64) {
    due[uid] = min(due[uid] ?? .max, time)
  }

  // MARK: One pod

  private func sync(_ uid: String) {
    if let pod = pods[uid] {
      admit(pod)
      // The server did not say what there is to be known.
      if verdicts[uid] == nil, !pod.isBeingDeleted, !pod.isOver { return }
    }
    for _ in 0..<32 {
      guard let pod = pods[uid] else { return }
      var again: Int64?
      let now = wallClockNanoseconds()
      let containers = executor.containers.of(uid)
      let health = health(pod, containers, now, &again)
      let plan = PodPlan(
        pod, containers, problems: executor.problems[uid] ?? [:], health: health, asked: asked,
        verdict: verdicts[uid] ?? nil, now: now)
      if let time = plan.again { again = min(again ?? .max, time) }
      if let again { lookAgain(uid, at: again) }
      if !act(plan, pod, now) {
        if pods[uid] != nil, !leaving.contains(uid) { reportStatus(pod, health) }
        return listen(uid)
      }
    }
    mark(uid)
  }

  /// Carries out what can be done now. Returns whether that may have made more possible at once.
  private func act(_ plan: PodPlan, _ pod: JSONValue, _ now: Int64) -> Bool {
    var didSomething = false
    for operation in plan.operations {
      switch operation {
      case .signal(let id, true):
        guard killed.insert(id).inserted else { continue }
        executor.carryOut(operation, pod)
      case .signal(let id, false):
        guard asked[id] == nil else { continue }
        asked[id] = now
        executor.carryOut(operation, pod)
      case .startSandbox, .start:
        // One after the other: the next one when this one runs.
        if executor.isStarting(pod.uid) { continue }
        guard executor.hasRoom else {
          crowd.append(pod.uid)
          continue
        }
        executor.start(operation, pod)
        didSomething = didSomething || !executor.isStarting(pod.uid)
      case .remove(let id):
        executor.carryOut(operation, pod)
        asked[id] = nil
        killed.remove(id)
        told = told.filter { !$0.hasPrefix(id) }
        probes.forget(id)
        didSomething = true
      case .finish:
        if !leaving.contains(pod.uid) { executor.carryOut(operation, pod) }
        finish(pod)
        return false
      }
    }
    return didSomething
  }

  /// Hears of the end of every process of a pod.
  private func listen(_ uid: String) {
    var isAsking = false
    for container in executor.containers.of(uid) where container.state == .running {
      isAsking = isAsking || probes.isAsking(container.id)
      guard container.pid > 0, processes[container.pid] == nil else { continue }
      let descriptor = dk_pidfd_open(container.pid, 0)
      if descriptor >= 0 {
        processes[container.pid] = (descriptor, container.id)
      } else {
        // It has ended already; its monitor is about to say so.
        unsettled[container.id] = unsettled[container.id] ?? 0
        lookAgain(uid, at: wallClockNanoseconds() + 20_000_000)
      }
    }
    if isAsking { asking.insert(uid) } else { asking.remove(uid) }
  }
}
