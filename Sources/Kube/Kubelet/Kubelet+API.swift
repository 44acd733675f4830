import Documents
import Glibc
import Linux
import Support

// What the node hears from the server: its pods, and what their volumes are made of.

extension Kubelet {
  func keepInTouch(_ now: Int64) throws {
    if now >= nextReport {
      own = try report.register(client, now: now)
      executor.report = report
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
  func refreshVolumes(_ changed: Set<String>) {
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

  func readWatch() {
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
}
