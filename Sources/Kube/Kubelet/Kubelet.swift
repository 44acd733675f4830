// A node: it watches the pods that are bound to it, runs their containers on the engine, and reports
// how they are. One thread, one poll(2) loop; everything it must remember lies in the API and in the
// engine, so that it can be killed at any moment and go on where it was.
//
// Nothing in the loop waits for one pod: a launch, a hook, a probe, a status on its way to the server
// are begun, and the loop hears of their end. So pods start beside each other, and of one pod each step
// follows the one before.
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
  let report: NodeReport
  let probes: ProbeRunner
  private let updates: VolumeUpdates
  private let files: StaticPods
  /// Whether files of static pods, or the pods that were made of them, have changed.
  private var filesChanged = true
  var pods: [String: JSONValue] = [:]
  /// Pods that are not in the API any more and have something left here.
  var gone: Set<String> = []
  /// Since when containers have been asked to end, by id.
  var asked: [String: Int64] = [:]
  private var killed: Set<String> = []
  /// What was told of a container's probes already.
  var told: Set<String> = []
  /// Statuses on their way to the server, by descriptor.
  var reports: [Int32: (request: RequestUnderWay, pod: String)] = [:]
  private var dirty: [String] = []
  private var isDirty: Set<String> = []
  /// Pods that wait until fewer containers are on their way.
  private var crowd: [String] = []
  /// Pods of which a probe is under way.
  private var asking: Set<String> = []
  private var due: [String: Int64] = [:]
  private var watch: WatchConnection?
  private var processes: [Int32: (descriptor: Int32, container: String)] = [:]
  /// Containers whose process has ended and whose record does not say so yet, and how often that was
  /// looked at.
  private var unsettled: [String: Int] = [:]
  private var nextReport: Int64 = 0
  private var nextLease: Int64 = 0

  /// `index` is the number of the node in its cluster, from 0.
  init(node: String, index: Int, client: LocalClient, engine: Engine, directory: String) throws {
    self.node = node
    self.client = client
    report = NodeReport(
      name: node, address: "127.0.0.1", range: "\(ClusterNetwork().range(ofNode: index))")
    executor = try PodExecutor(
      engine: engine, client: client, node: node, directory: directory,
      hostAddress: report.address, range: report.range)
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
      let batch = dirty
      dirty = []
      isDirty = []
      for uid in batch { sync(uid) }
      executor.outbox.flush(now)
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
    _ = try executor.services.connect()
    if watch == nil { try beginWatch() }
    refreshVolumes(try updates.connect())
    if filesChanged {
      try files.update(pods.values)
      filesChanged = false
    }
  }

  /// Lets the volumes follow that are made from objects that have changed.
  private func refreshVolumes(_ changed: Set<String>) {
    guard !changed.isEmpty else { return }
    for pod in pods.values where !PodVolumes.sources(of: pod).isDisjoint(with: changed) {
      executor.volumes(of: pod, updates).refresh()
    }
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
    for uid in executor.containers.pods where pods[uid] == nil {
      guard let stray = executor.containers.of(uid).first else { continue }
      pods[uid] = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string(stray.podName), "namespace": .string(stray.podNamespace),
          "uid": .string(uid),
        ],
      ]
      forget(uid)
    }
    watch = try client.watch(
      "/api/v1/pods?\(selector)&watch=true&resourceVersion=\(list.body.resourceVersion)")
  }

  private func update(_ pod: JSONValue) {
    guard !gone.contains(pod.uid) else { return }
    updates.want(pod)
    let old = pods.updateValue(pod, forKey: pod.uid)
    mark(pod.uid)
    // The downward API shows them.
    if let old, (old.labels, old.annotations) != (pod.labels, pod.annotations) {
      executor.volumes(of: pod, updates).refresh()
    }
  }

  /// A pod that is not in the API any more: what is left of it here goes at once.
  func forget(_ uid: String) {
    guard var pod = pods[uid], gone.insert(uid).inserted else { return }
    pod.set("metadata", "deletionTimestamp", to: "1970-01-01T00:00:00Z")
    pods[uid] = pod
    mark(uid)
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
    for _ in 0..<32 {
      guard let pod = pods[uid] else { return }
      var again: Int64?
      let now = wallClockNanoseconds()
      let containers = executor.containers.of(uid)
      let health = health(pod, containers, now, &again)
      let plan = PodPlan(
        pod, containers, problems: executor.problems[uid] ?? [:], health: health, asked: asked,
        now: now)
      if let time = plan.again { again = min(again ?? .max, time) }
      if let again { lookAgain(uid, at: again) }
      if !act(plan, pod, now) {
        if pods[uid] != nil { reportStatus(pod, health) }
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
        executor.carryOut(operation, pod)
        finish(pod)
        return false
      }
    }
    return didSomething
  }

  /// Nothing is left of a pod: it may go from the API too.
  private func finish(_ pod: JSONValue) {
    pods[pod.uid] = nil
    due[pod.uid] = nil
    asking.remove(pod.uid)
    if pod.annotations[StaticPods.source] != nil { filesChanged = true }
    if gone.remove(pod.uid) != nil { return }
    _ = try? client.request(
      "DELETE", "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)",
      ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
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

  // MARK: Waiting

  /// Returns true when it is time to end.
  private func waitForNews(_ stop: Int32, _ children: Int32) -> Bool {
    var handlers: [() -> Void] = []
    var entries = [PollEntry(fd: stop, events: .readable)]
    func hear(_ descriptor: Int32?, _ handle: @escaping () -> Void) {
      guard let descriptor else { return }
      entries.append(PollEntry(fd: descriptor, events: .readable))
      handlers.append(handle)
    }
    var isTold = false
    hear(executor.containers.descriptor) { isTold = true }
    hear(watch?.descriptor) { [self] in readWatch() }
    hear(executor.services.descriptor) { [self] in _ = executor.services.read() }
    hear(files.descriptor) { [self] in
      files.drain()
      filesChanged = true
    }
    hear(executor.outbox.descriptor) { [self] in executor.outbox.read() }
    hear(children) { [self] in childrenEnded(children) }
    for descriptor in updates.descriptors {
      hear(descriptor) { [self] in refreshVolumes(updates.read(descriptor)) }
    }
    for descriptor in reports.keys { hear(descriptor) { [self] in readReport(descriptor) } }
    for descriptor in executor.launches.keys {
      hear(descriptor) { [self] in
        if let pod = executor.hear(descriptor) { launched(pod) }
      }
    }
    for descriptor in executor.pulls.keys {
      hear(descriptor) { [self] in
        let pods = executor.hearPull(descriptor) { self.pods[$0] != nil && !gone.contains($0) }
        for pod in pods { mark(pod.uid) }
      }
    }
    for (pid, process) in processes {
      hear(process.descriptor) { [self] in processEnded(pid) }
    }
    _ = try? pollDescriptors(&entries, timeout: timeout())
    if !entries[0].ready.isEmpty { return true }
    for (entry, handle) in zip(entries.dropFirst(), handlers) where !entry.ready.isEmpty {
      handle()
    }
    if isTold || executor.containers.nextLook.map({ $0 <= monotonicMilliseconds() }) ?? false {
      for uid in executor.containers.catchUp(told: isTold) { mark(uid) }
    }
    settle()
    return false
  }

  private func timeout() -> Int32 {
    guard dirty.isEmpty else { return 0 }
    let now = wallClockNanoseconds()
    var next = min(nextLease, now + 5_000_000_000)
    if watch == nil { next = min(next, now + 250_000_000) }
    if let first = due.values.min() { next = min(next, first) }
    var wait = max(0, (next - now) / 1_000_000 + 1)
    if let look = executor.containers.nextLook {
      wait = min(wait, max(0, look - monotonicMilliseconds()))
    }
    return Int32(clamping: wait)
  }

  /// A container runs now, or could not be started: there is room for another.
  private func launched(_ pod: JSONValue) {
    mark(pod.uid)
    for uid in crowd { mark(uid) }
    crowd = []
  }

  private func childrenEnded(_ children: Int32) {
    var info = [UInt8](repeating: 0, count: 128)
    while read(children, &info, info.count) > 0 {}
    executor.reap()
    for uid in asking { mark(uid) }
    for hook in executor.hooks.collect() {
      guard let uid = executor.containers[hook.container]?.podUID, let pod = pods[uid] else {
        continue
      }
      executor.finish(hook, pod)
      mark(uid)
    }
  }

  private func processEnded(_ pid: Int32) {
    guard let (descriptor, container) = processes.removeValue(forKey: pid) else { return }
    close(descriptor)
    unsettled[container] = 0
  }

  /// The end of a process is one thing, and that its monitor has written down what came of it another.
  private func settle() {
    let now = wallClockNanoseconds()
    for (id, looks) in unsettled {
      guard let known = executor.containers[id], known.state == .running else {
        unsettled[id] = nil
        continue
      }
      // The journal tells when it is written; only a monitor that was killed will not.
      if looks > 0, executor.containers.settle(id)?.state != .running { unsettled[id] = nil }
      if unsettled[id] != nil { unsettled[id] = looks + 1 }
      if looks > 0 || unsettled[id] == nil { mark(known.podUID) }
      lookAgain(known.podUID, at: now + min(20_000_000 << Int64(min(looks, 6)), 1_000_000_000))
    }
  }
}
