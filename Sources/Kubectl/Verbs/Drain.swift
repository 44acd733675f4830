import Documents
import Linux
import Support

/// `kubectl drain`.
enum Drain {
  static let command = Command(
    name: "drain", usage: "NODE", summary: "Drain node in preparation for maintenance",
    flags: [
      CommonFlags.selector, CommonFlags.dryRun,
      .int("chunk-size", "Objects to ask for at once", standard: 500),
      .bool("delete-emptydir-data", "Also pods whose data will be lost"),
      .bool("disable-eviction", "Delete pods, whatever their budgets say"),
      .bool("force", "Also pods that nobody will make anew"),
      .int("grace-period", "Seconds for each pod; -1 for what it asks for", standard: -1),
      .bool("ignore-daemonsets", "Leave pods of daemon sets alone"),
      .string("pod-selector", "Only pods with these labels"),
      .int("skip-wait-for-delete-timeout", "Do not wait for pods that are going longer than this"),
      .duration("timeout", "How long to wait; 0 for ever"),
    ], examples: ["kubectl drain node1 --ignore-daemonsets"]
  ) { invocation in
    let session = try Session(invocation)
    var errors: [any Error] = []
    for item in try Nodes.nodes(session) {
      try Nodes.mark(item, true, session, "cordoned")
      do {
        try DrainRun(session: session, node: item.name).run()
        Screen.print("node/\(item.name) drained\(try session.dryRunSuffix)")
      } catch {
        errors.append(
          KubectlError(
            "unable to drain node \"\(item.name)\" due to error: \(ErrorText.plain(error)), continuing command..."
          ))
        Screen.remark(
          "error: unable to drain node \"\(item.name)\" due to error: \(ErrorText.plain(error)), continuing command..."
        )
      }
    }
    guard errors.isEmpty else {
      Screen.remark("There are pending nodes to be drained:")
      for word in invocation.words { Screen.remark(" \(word)") }
      throw KubectlError(
        errors.map { ErrorText.plain($0) }.first.map { text in
          text.replacing(
            "unable to drain node \"\(invocation.words.first ?? "")\" due to error: ", with: ""
          )
          .replacing(", continuing command...", with: "")
        } ?? "")
    }
  }
}

/// Empties one node.
private struct DrainRun {
  let session: Session
  let node: String
  private var flags: FlagValues { session.flags }

  init(session: Session, node: String) {
    self.session = session
    self.node = node
  }

  func run() throws {
    let kind = try session.discovery.kind(named: "pods")
    let pods = try session.list(
      kind, namespace: nil, labels: flags.string("pod-selector"), fields: "spec.nodeName=\(node)"
    ).list("items")
    var refusals: [String: [String]] = [:]
    var warnings: [String: [String]] = [:]
    var leaving: [JSONValue] = []
    for pod in pods {
      if pod.annotations["kubernetes.io/config.mirror"] != nil { continue }
      let isOver = ["Succeeded", "Failed"].contains(pod.text("status", "phase"))
      let owner = pod.controllerReference?.text("kind")
      let name = pod.qualifiedName
      if owner == "DaemonSet", !isOver {
        let key = "DaemonSet-managed Pods"
        if flags.bool("ignore-daemonsets") {
          warnings["ignoring \(key)", default: []].append(name)
        } else {
          refusals["cannot delete \(key) (use --ignore-daemonsets to ignore)", default: []].append(
            name)
        }
        continue
      }
      let hasData = pod.list("spec", "volumes").contains { $0["emptyDir"] != nil }
      if hasData, !isOver, !flags.bool("delete-emptydir-data") {
        refusals[
          "cannot delete Pods with local storage (use --delete-emptydir-data to override)",
          default: []
        ].append(name)
        continue
      }
      if owner == nil, !isOver {
        if flags.bool("force") {
          warnings["deleting Pods that declare no controller", default: []].append(name)
        } else {
          refusals[
            "cannot delete Pods that declare no controller (use --force to override)", default: []
          ].append(name)
          continue
        }
      }
      leaving.append(pod)
    }
    func text(_ groups: [String: [String]]) -> String {
      groups.keys.sorted().map { "\($0): \(groups[$0, default: []].joined(separator: ", "))" }
        .joined(separator: ", ")
    }
    if !refusals.isEmpty { throw KubectlError(text(refusals)) }
    if !warnings.isEmpty {
      Screen.remark(
        "Warning: "
          + warnings.keys.sorted().map {
            "\($0): \(warnings[$0, default: []].joined(separator: ", "))"
          }.joined(separator: "; "))
    }
    try evict(leaving, kind)
  }

  private func evict(_ pods: [JSONValue], _ kind: ResourceKind) throws {
    let suffix = try session.dryRunSuffix
    let seconds = flags.duration("timeout")
    let deadline = seconds > 0 ? monotonicMilliseconds() + Int64(seconds * 1000) : Int64.max
    let word = flags.bool("disable-eviction") ? "deleting" : "evicting"
    for pod in pods { Screen.remark("\(word) pod \(pod.qualifiedName)\(suffix)") }
    if try session.dryRun != .none { return }
    for pod in pods {
      let item = ResourceItem(kind: kind, namespace: pod.namespace, name: pod.name, object: pod)
      while try !send(item) {
        guard monotonicMilliseconds() < deadline else {
          throw KubectlError(
            "error when evicting pods/\"\(pod.name)\" -n \"\(pod.namespace)\": global timeout reached: \(GoDuration.text(seconds))"
          )
        }
        var none: [PollEntry] = []
        _ = try? pollDescriptors(&none, timeout: 5000)
      }
    }
    for pod in pods {
      let item = ResourceItem(kind: kind, namespace: pod.namespace, name: pod.name, object: pod)
      let left = seconds > 0 ? max(0.001, Double(deadline - monotonicMilliseconds()) / 1000) : 0
      try GoneWait(session: session, seconds: left).wait([item])
      Screen.print("pod/\(pod.name) \(flags.bool("disable-eviction") ? "deleted" : "evicted")")
    }
  }

  /// Asks for one pod to go; false when its budget does not allow it now.
  private func send(_ item: ResourceItem) throws -> Bool {
    var options: JSONValue = [:]
    if flags.int("grace-period") >= 0 {
      options["gracePeriodSeconds"] = .integer(Int64(flags.int("grace-period")))
    }
    do {
      if flags.bool("disable-eviction") {
        options["kind"] = "DeleteOptions"
        options["apiVersion"] = "v1"
        try session.client.request("DELETE", item.path, body: options)
        return true
      }
      try session.client.request(
        "POST", item.kind.path(namespace: item.namespace, name: item.name, subresource: "eviction"),
        body: [
          "kind": "Eviction", "apiVersion": "policy/v1",
          "metadata": ["name": .string(item.name), "namespace": .string(item.namespace)],
          "deleteOptions": options,
        ])
      return true
    } catch let error as StatusError where error.isNotFound {
      return true
    } catch let error as StatusError where error.code == 429 {
      Screen.remark(
        "error when evicting pods/\"\(item.name)\" -n \"\(item.namespace)\" (will retry after 5s): \(error.message)"
      )
      return false
    }
  }
}
