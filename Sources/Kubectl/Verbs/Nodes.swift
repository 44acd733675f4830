import Documents
import Support

/// `kubectl cordon`, `uncordon` and `taint`.
enum Nodes {
  static let cordon = command("cordon", true, "Mark node as unschedulable", "cordoned")
  static let uncordon = command("uncordon", false, "Mark node as schedulable", "uncordoned")

  private static func command(_ name: String, _ value: Bool, _ summary: String, _ done: String)
    -> Command
  {
    Command(
      name: name, usage: "NODE", summary: summary,
      flags: [CommonFlags.selector, CommonFlags.dryRun]
    ) { invocation in
      let session = try Session(invocation)
      for item in try nodes(session) { try mark(item, value, session, done) }
    }
  }

  /// The nodes that words or labels choose.
  static func nodes(_ session: Session) throws -> [ResourceItem] {
    let words = session.invocation.words
    let labels = session.flags.string("selector")
    guard !words.isEmpty || !labels.isEmpty else {
      throw session.invocation.usageError(
        "USAGE: \(session.invocation.command.usage.isEmpty ? "" : session.invocation.command.name) \(session.invocation.command.usage) [flags]"
      )
    }
    if !words.isEmpty, !labels.isEmpty {
      throw KubectlError("error: cannot specify both a node name and a --selector option")
    }
    let kind = try session.discovery.kind(named: "nodes")
    if words.isEmpty {
      let list = try session.list(kind, namespace: nil, labels: labels).list("items")
      if list.isEmpty { throw KubectlError("No resources found") }
      return list.map { ResourceItem(kind: kind, namespace: "", name: $0.name, object: $0) }
    }
    return try words.map { word in
      let name = word.split(separator: "/").last.map(String.init) ?? word
      return ResourceItem(
        kind: kind, namespace: "", name: name, object: try session.get(kind, name))
    }
  }

  /// Lets a node take new pods, or not.
  static func mark(_ item: ResourceItem, _ value: Bool, _ session: Session, _ done: String) throws {
    let suffix = try session.dryRunSuffix
    guard item.object.flag("spec", "unschedulable") != value else {
      Screen.print("node/\(item.name) already \(done)\(suffix)")
      return
    }
    if try session.dryRun != .client {
      _ = try session.patch(
        item, ["spec": ["unschedulable": value ? true : .null]], .strategicMerge)
    }
    Screen.print("node/\(item.name) \(done)\(suffix)")
  }

  static let taint = Command(
    name: "taint", usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    summary: "Update the taints on one or more nodes",
    flags: CommonFlags.output + [
      CommonFlags.selector, CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-taint"),
      Apply.validate, .bool("all", "All nodes"), .bool("overwrite", "Change what is there"),
    ],
    examples: ["kubectl taint nodes node1 key=value:NoSchedule", "kubectl taint nodes node1 key-"]
  ) { try taint($0) }

  /// One change of taints.
  private struct Change {
    var key: String
    var value: String
    var effect: String
    var isRemoval: Bool
  }

  private static func taint(_ invocation: Invocation) throws {
    var words: [String] = []
    var changes: [Change] = []
    for word in invocation.words {
      if word.contains("=") || word.contains(":") || (word.hasSuffix("-") && words.count > 0) {
        changes.append(try change(word))
      } else {
        words.append(word)
      }
    }
    guard !words.isEmpty,
      words.count > 1 || invocation.flags.isSet("selector") || invocation.flags.bool("all")
        || words[0].contains("/")
    else {
      throw KubectlError(
        "one or more resources must be specified as <resource> <name> or <resource>/<name>")
    }
    guard !changes.isEmpty else { throw KubectlError("at least one taint update is required") }
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    for item in try Selection(session).items(words, &errors) {
      guard item.kind.kind == "Node" else {
        throw KubectlError("invalid resource type \(item.kind.plural), only node(s) is supported")
      }
      do {
        let taints = try apply(
          changes, to: item.object.list("spec", "taints"), item.name, invocation.flags)
        let patch: JSONValue = ["spec": ["taints": taints.isEmpty ? .null : .array(taints)]]
        let changed =
          try session.dryRun == .client
          ? item.object
          : try session.patch(
            item, patch, .merge, manager: invocation.flags.string("field-manager"))
        let isRemoval = changes.allSatisfy(\.isRemoval)
        try report.print(
          changed,
          isRemoval ? "untainted" : changes.contains(where: \.isRemoval) ? "modified" : "tainted")
      } catch {
        errors.append(error)
      }
    }
    try ManyErrors.throwing(errors)
  }

  private static func change(_ word: String) throws -> Change {
    let isRemoval = word.hasSuffix("-")
    let text = isRemoval ? String(word.dropLast()) : word
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let pair = (parts.first ?? "").split(separator: "=", maxSplits: 1).map(String.init)
    let effect = parts.count > 1 ? parts[1] : ""
    let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
    if !effect.isEmpty, !effects.contains(effect) {
      throw KubectlError("invalid taint effect: \(effect), unsupported taint effect")
    }
    if !isRemoval, effect.isEmpty {
      throw KubectlError("invalid taint spec: \(word)")
    }
    return Change(
      key: pair.first ?? "", value: pair.count > 1 ? pair[1] : "", effect: effect,
      isRemoval: isRemoval)
  }

  private static func apply(
    _ changes: [Change], to taints: [JSONValue], _ node: String, _ flags: FlagValues
  ) throws -> [JSONValue] {
    var taints = taints
    for change in changes {
      func isMeant(_ taint: JSONValue) -> Bool {
        taint.text("key") == change.key
          && (change.effect.isEmpty || taint.text("effect") == change.effect)
      }
      if change.isRemoval {
        guard taints.contains(where: isMeant) else {
          throw KubectlError(
            "taint \"\(change.key)\(change.effect.isEmpty ? "" : ":" + change.effect)\" not found")
        }
        taints.removeAll(where: isMeant)
        continue
      }
      if taints.contains(where: isMeant), !flags.bool("overwrite") {
        throw KubectlError(
          "node \(node) already has \(change.key) taint(s) with same effect(s) and --overwrite is false"
        )
      }
      taints.removeAll(where: isMeant)
      var taint: JSONValue = ["key": .string(change.key), "effect": .string(change.effect)]
      if !change.value.isEmpty { taint["value"] = .string(change.value) }
      taints.append(taint)
    }
    return taints
  }
}
