import Documents
import Linux
import Support

// Which pods the node takes, and which it does not keep.

extension Kubelet {
  /// Judges a pod that is seen for the first time.
  func admit(_ pod: JSONValue) {
    guard verdicts[pod.uid] == nil, !pod.isBeingDeleted, !pod.isOver else { return }
    // It was taken before this kubelet was started.
    guard executor.containers.of(pod.uid).isEmpty else { return verdicts[pod.uid] = .some(nil) }
    var verdict = admission(pod).refusal(of: pod)
    if verdict?.reason == "NodeAffinity" {
      // The node's labels may have changed since they were last looked at.
      guard let answer = try? client.request("GET", "/api/v1/nodes/\(node)"), answer.isSuccess
      else {
        return lookAgain(pod.uid, at: wallClockNanoseconds() + 1_000_000_000)
      }
      own = answer.body
      verdict = admission(pod).refusal(of: pod)
    }
    verdicts[pod.uid] = .some(verdict)
    if let verdict { tell(verdict, pod) }
  }

  private func admission(_ pod: JSONValue) -> NodeAdmission {
    let others = pods.values.filter { other in
      guard other.uid != pod.uid, !other.isOver else { return false }
      if let verdict = verdicts[other.uid] { return verdict == nil }
      return !executor.containers.of(other.uid).isEmpty
    }
    return NodeAdmission(node: own, allocatable: report.allocatable, pods: others)
  }

  private func tell(_ verdict: NodeVerdict, _ pod: JSONValue) {
    executor.note(
      pod, verdict.reason, verdict.message, container: ObservedContainer.sandbox, isWarning: true)
  }

  /// Every ten seconds, of the pods that have a limit: whether they have written too much.
  func measureStorage(_ now: Int64) {
    guard now >= nextMeasure else { return }
    nextMeasure = now + 10_000_000_000
    for pod in pods.values where verdicts[pod.uid] == .some(nil) {
      let limits = StorageLimits(pod: pod)
      guard limits.isLimited, !pod.isBeingDeleted, !pod.isOver else { continue }
      let containers = executor.containers.of(pod.uid)
      let verdict = limits.verdict(
        volume: { DiskUsage.bytes(below: "\(self.executor.directory(of: pod))/volumes/\($0)") },
        container: { name in
          containers.filter { $0.name == name }.map { self.executor.written($0.id) }.reduce(0, +)
        })
      guard let verdict else { continue }
      verdicts[pod.uid] = verdict
      tell(verdict, pod)
      mark(pod.uid)
    }
  }
}

extension JSONValue {
  /// A pod that has ended for good.
  var isOver: Bool { ["Succeeded", "Failed"].contains(text("status", "phase")) }
}
