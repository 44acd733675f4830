import Documents
import Glibc
import Linux
import Support

// The one poll(2) of the loop, and what follows from each thing it may hear of.

extension Kubelet {
  /// Returns true when it is time to end.
  func waitForNews(_ stop: Int32, _ children: Int32) -> Bool {
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
    hear(usage.descriptor) { [self] in usage.read() }
    hear(children) { [self] in childrenEnded(children) }
    for descriptor in updates.descriptors {
      hear(descriptor) { [self] in refreshVolumes(updates.read(descriptor)) }
    }
    for descriptor in reports.keys { hear(descriptor) { [self] in readReport(descriptor) } }
    for descriptor in deletions.keys { hear(descriptor) { [self] in readDeletion(descriptor) } }
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
    var next = min(nextLease, usage.next, nextMeasure, now + 5_000_000_000)
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
