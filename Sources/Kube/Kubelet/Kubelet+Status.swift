import Documents
import Linux
import Support

extension Kubelet {
  /// What the probes of a pod's containers say; begins those that are due.
  func health(
    _ pod: JSONValue, _ containers: [ObservedContainer], _ now: Int64, _ again: inout Int64?
  ) -> [String: PodPlan.Health] {
    guard !pod.isBeingDeleted,
      let sandbox = PodPlan.newest(ObservedContainer.sandbox, containers), sandbox.state == .running
    else { return [:] }
    var result: [String: PodPlan.Health] = [:]
    for container in pod.list("spec", "containers") + pod.list("spec", "initContainers") {
      let name = container.text("name")
      guard let observed = PodPlan.newest(name, containers), observed.state == .running,
        !executor.isBeginning(observed.id)
      else { continue }
      let (health, news) = probes.health(
        of: container, observed, place: executor.place(of: pod), now: now, again: &again)
      result[name] = health
      for item in news { tell(item, of: pod, container: name) }
      if health.mustRestart, told.insert("\(observed.id)/restart").inserted {
        let kind = health.failed.dropLast(5)
        executor.note(
          pod, "Killing", "Container \(name) failed \(kind) probe, will be restarted",
          container: name)
      }
    }
    return result
  }

  private func tell(_ news: ProbeRunner.News, of pod: JSONValue, container: String) {
    let kind = news.probe.dropLast(5)
    executor.note(
      pod, news.isWarning ? "ProbeWarning" : "Unhealthy",
      "\(kind.prefix(1).uppercased() + kind.dropFirst()) probe "
        + "\(news.isWarning ? "warning" : "failed"): \(news.message)",
      container: container, isWarning: true)
  }

  /// Says how a pod is, unless that is known. The answer comes later; meanwhile nothing else is said of
  /// this pod.
  func reportStatus(_ pod: JSONValue, _ health: [String: PodPlan.Health]) {
    guard !gone.contains(pod.uid), !reports.values.contains(where: { $0.pod == pod.uid }) else {
      return
    }
    // Until its `postStart` has ended, a container has not started.
    let containers = executor.containers.of(pod.uid).map { container in
      var container = container
      if executor.isBeginning(container.id) { container.state = .created }
      return container
    }
    let status = PodStatus(
      pod, containers, problems: executor.problems[pod.uid] ?? [:], health: health,
      verdict: verdicts[pod.uid] ?? nil, hostAddress: report.address, now: wallClockNanoseconds()
    ).json
    guard status != pod["status"] else { return }
    let path = "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/status"
    let patch: JSONValue = ["metadata": ["uid": .string(pod.uid)], "status": status]
    guard
      let request = try? client.begin("PATCH", path, patch, type: PatchKind.merge.rawValue)
    else { return sayAgain(pod.uid) }
    reports[request.descriptor] = (request, pod.uid)
  }

  /// Takes in the answer to a status as it comes.
  func readReport(_ descriptor: Int32) {
    guard let (request, uid) = reports[descriptor], request.read() else { return }
    reports[descriptor] = nil
    guard let answer = request.answer else { return sayAgain(uid) }
    if answer.isSuccess, !gone.contains(uid), let old = pods[uid] {
      // The watch may have told of a later state already.
      let version = Int(answer.body.resourceVersion) ?? 0
      if version > Int(old.resourceVersion) ?? 0 { pods[uid] = answer.body }
      mark(uid)
    } else if answer.status == 404 {
      forget(uid)
    } else if !answer.isSuccess {
      sayAgain(uid)
    }
  }

  /// The server is away: when it is back.
  private func sayAgain(_ uid: String) {
    lookAgain(uid, at: wallClockNanoseconds() + 1_000_000_000)
  }
}
