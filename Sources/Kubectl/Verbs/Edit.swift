import Documents
import Glibc
import Kube
import Linux
import Support

/// `kubectl edit`.
enum Edit {
  static let command = Command(
    name: "edit", usage: "(RESOURCE/NAME | -f FILENAME)", summary: "Edit a resource on the server",
    flags: CommonFlags.files + CommonFlags.output + [
      Apply.validate, CommonFlags.fieldManager("kubectl-edit"),
      .bool("output-patch", "Show the patch"), .bool("save-config", "As apply does"),
      .string("subresource", "Edit this part of the object"),
      .bool("windows-line-endings", "Accepted and not used"),
    ], examples: ["kubectl edit deployment/web", "KUBE_EDITOR=nano kubectl edit svc/web"]
  ) { try run($0) }

  private static let head = """
    # Please edit the object below. Lines beginning with a '#' will be ignored,
    # and an empty file will abort the edit. If an error occurs while saving this file will be
    # reopened with the relevant failures.
    #

    """

  private static func run(_ invocation: Invocation) throws {
    let session = try Session(invocation)
    let selection = Selection(session)
    guard selection.hasFiles || !invocation.words.isEmpty else {
      throw KubectlError(Selection.needsResources)
    }
    let report = try Report(session)
    var errors: [any Error] = []
    let items = try selection.items(invocation.words, &errors)
    try ManyErrors.throwing(errors)
    for item in items { try edit(item, session, report) }
  }

  private static func edit(_ item: ResourceItem, _ session: Session, _ report: Report) throws {
    let isJSON = session.flags.string("output") == "json"
    let original = OutputFormat.withoutManagedFields(item.object)
    let text =
      isJSON ? ManifestText.json(ManifestText.sorted(original)) + "\n" : ManifestText.yaml(original)
    let path =
      "\(ConfigFiles.variable("TMPDIR") ?? "/tmp")/kubectl-edit-\(UInt32.random(in: 0...(.max))).\(isJSON ? "json" : "yaml")"
    defer { unlink(path) }
    var remark = ""
    var content = text
    while true {
      try File.replace(path, (isJSON ? "" : head + remark) + content, mode: 0o600, durable: false)
      try openEditor(path)
      let lines = try File.text(path).split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("#") }
      let edited = lines.joined(separator: "\n")
      if edited.trimmingSpace().isEmpty {
        throw KubectlError("Edit cancelled, saved file was empty.", isBare: true)
      }
      if edited.trimmingSpace() == content.trimmingSpace() {
        if !remark.isEmpty {
          let kept = "\(path).kept"
          try File.replace(kept, edited, mode: 0o600, durable: false)
          throw KubectlError(
            "Edit cancelled, no valid changes were saved.\nA copy of your changes has been stored to \"\(kept)\""
          )
        }
        return Screen.remark("Edit cancelled, no changes made.")
      }
      content = edited
      do {
        let wished = try YAMLDocument.parse(edited, file: path).json
        let changed = try send(item, from: original, to: wished, session)
        return try report.print(changed, "edited")
      } catch {
        let why = ErrorText.of(error).text.split(separator: "\n").map { "# \($0)\n" }.joined()
        Screen.remark(ErrorText.of(error).text)
        guard Terminal.isTerminal(0) else { throw KubectlError.silent(1) }
        remark = "# \(item.kind.plural) \"\(item.name)\" was not valid:\n\(why)#\n"
      }
    }
  }

  private static func send(
    _ item: ResourceItem, from original: JSONValue, to wished: JSONValue, _ session: Session
  ) throws -> JSONValue {
    guard wished.name == item.name, wished.kind == item.kind.kind else {
      throw KubectlError("At least one of apiVersion, kind and name was changed")
    }
    let type = KnownSchema.of(item.kind)
    let patch = ThreeWayMerge.patch(last: original, wished: wished, current: original, type: type)
    if session.flags.bool("output-patch") {
      Screen.remark("Patch: \(ManifestText.compactJSON(.object(patch)))")
    }
    return try session.patch(
      item, .object(patch), type == nil ? .merge : .strategicMerge,
      subresource: session.flags.string("subresource"),
      manager: session.flags.string("field-manager"))
  }

  /// Runs the editor that the environment names, with the terminal.
  private static func openEditor(_ path: String) throws {
    let names = ["KUBE_EDITOR", "EDITOR"].compactMap { ConfigFiles.variable($0) }.filter {
      !$0.isEmpty
    }
    let editor = names.first ?? "vi"
    // The value may have arguments, so a shell reads it; the file's name is ours.
    let status = try HostShell.run("\(editor) '\(path)'")
    guard status == 0 else {
      throw KubectlError("there was a problem with the editor \"\(editor)\"")
    }
  }
}

/// A command of this machine that has our terminal.
enum HostShell {
  static func run(_ line: String) throws -> Int32 {
    var pid: pid_t = 0
    var argv: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", line].map { (word: String) in
      strdup(word)
    }
    argv.append(nil)
    defer { for pointer in argv { free(pointer) } }
    let result = posix_spawnp(&pid, "sh", nil, nil, &argv, environ)
    guard result == 0 else { throw SyscallError("posix_spawn", "sh", errno: result) }
    return try waitFor(pid).code
  }
}
