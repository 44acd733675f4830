import Documents
import Support

/// `kubectl label` and `kubectl annotate`.
enum LabelVerb {
  static let label = command(
    "label", "labels", "Update the labels on a resource", "labeled", "unlabeled")
  static let annotate = command(
    "annotate", "annotations", "Update the annotations on a resource", "annotated", "annotated")

  private static func command(
    _ name: String, _ member: String, _ summary: String, _ done: String, _ undone: String
  ) -> Command {
    Command(
      name: name,
      usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N",
      summary: summary,
      flags: CommonFlags.files + CommonFlags.output + [
        CommonFlags.selector, CommonFlags.fieldSelector, CommonFlags.allNamespaces,
        CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-\(name)"),
        .bool("all", "All objects of the kind"), .bool("list", "Show them instead"),
        .bool("local", "Do not ask the server"),
        .bool("overwrite", "Change what is there already"),
        .string("resource-version", "Only when it has this version now"),
      ]
    ) { invocation in
      try LabelRun(invocation, member: member, done: done, undone: undone).run()
    }
  }
}

/// One run of `label` or `annotate`.
private struct LabelRun {
  let session: Session
  let flags: FlagValues
  let member: String
  let done: String
  let undone: String
  private var wished: [(key: String, value: String)] = []
  private var removed: [String] = []
  private var words: [String] = []

  init(_ invocation: Invocation, member: String, done: String, undone: String) throws {
    self.member = member
    self.done = done
    self.undone = undone
    flags = invocation.flags
    var words: [String] = []
    var isChange = false
    for word in invocation.words {
      // `KEY=VALUE` and `KEY-` begin the changes; what comes before them chooses objects.
      if word.contains("="), !word.hasPrefix("=") {
        isChange = true
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        wished.append((String(parts[0]), String(parts[1])))
      } else if word.hasSuffix("-"), word.count > 1, !words.isEmpty || flags.isSet("filename") {
        isChange = true
        removed.append(String(word.dropLast()))
      } else {
        guard !isChange else {
          throw KubectlError(
            "all resources must be specified before \(member.dropLast()) changes: \(word)")
        }
        words.append(word)
      }
    }
    self.words = words
    let gone = removed
    if let both = wished.first(where: { gone.contains($0.key) }) {
      throw KubectlError(
        member == "labels"
          ? "can not both modify and remove a label in the same command"
          : "can not both modify and remove the following annotation(s) in the same command: "
            + both.key)
    }
    session = try Session(invocation)
    if words.isEmpty && !Selection(session).hasFiles {
      throw KubectlError(
        "one or more resources must be specified as <resource> <name> or <resource>/<name>")
    }
    if wished.isEmpty && removed.isEmpty && !flags.bool("list") {
      throw KubectlError("at least one \(member.dropLast()) update is required")
    }
    let hasChoice = flags.isSet("selector") || flags.bool("all") || flags.isSet("field-selector")
    if words.count == 1, !words[0].contains("/"), !hasChoice, !flags.bool("list") {
      throw KubectlError("resource(s) were provided, but no name was specified")
    }
  }

  func run() throws {
    let report = try Report(session)
    var errors: [any Error] = []
    let selection = Selection(session)
    let items =
      flags.bool("local")
      ? try selection.manifests(&errors) : try selection.items(words, &errors)
    for item in items {
      do { try change(item, report) } catch { errors.append(error) }
    }
    try ManyErrors.throwing(errors)
  }

  private func change(_ item: ResourceItem, _ report: Report) throws {
    let old = item.object.map("metadata", member)
    if flags.bool("list") {
      for key in old.keys.sorted() { Screen.print("\(key)=\(old[key] ?? "")") }
      if wished.isEmpty && removed.isEmpty { return }
    }
    if !flags.bool("overwrite") {
      let clashes = wished.filter { old[$0.key] != nil && (old[$0.key] != $0.value) }
      if let first = clashes.first {
        throw KubectlError(
          member == "labels"
            ? "'\(first.key)' already has a value (\(old[first.key] ?? "")), and --overwrite is false"
            : "--overwrite is false but found the following declared annotation(s): '\(first.key)' "
              + "already has a value (\(old[first.key] ?? ""))")
      }
    }
    for key in removed where old[key] == nil {
      if member == "labels" { Screen.print("label \"\(key)\" not found.") }
    }
    var patch: JSONValue = [:]
    var changed = item.object
    for key in removed where old[key] != nil {
      patch.set("metadata", member, key, to: .null)
      changed.set("metadata", member, key, to: nil)
    }
    for (key, value) in wished where old[key] != value {
      patch.set("metadata", member, key, to: .string(value))
      changed.set("metadata", member, key, to: .string(value))
    }
    if flags.isSet("resource-version") {
      patch.set("metadata", "resourceVersion", to: .string(flags.string("resource-version")))
    }
    let isEmpty = patch.object?.isEmpty ?? true
    if try !isEmpty && session.dryRun != .client && !flags.bool("local") {
      changed = try session.patch(item, patch, .merge, manager: flags.string("field-manager"))
    }
    var verb = done
    if member == "labels" {
      if isEmpty { verb = "not labeled" } else if wished.isEmpty { verb = undone }
    }
    try report.print(changed, verb)
  }
}
