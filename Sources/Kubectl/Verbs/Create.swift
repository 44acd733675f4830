import Documents
import Support

/// `kubectl create`: from files, or with a generator for a kind.
enum Create {
  static let command = Command(
    name: "create", usage: "-f FILENAME",
    summary: "Create a resource from a file or from stdin",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.dryRun, Apply.validate,
      CommonFlags.fieldManager("kubectl-create"),
      .bool("edit", "Edit the objects before they are created"),
      .string("raw", "Send the file to this path and print the answer"),
      .bool("save-config", "Write down what was created, as apply does"),
      .bool("windows-line-endings", "Accepted and not used"),
    ],
    examples: [
      "kubectl create -f pod.yaml", "kubectl create deployment web --image=nginx",
      "kubectl create configmap settings --from-literal=mode=dark",
    ],
    commands: Generators.all
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    guard flags.isSet("filename") || flags.isSet("kustomize") else {
      if let word = invocation.words.first {
        throw KubectlError(
          "Unexpected args: [\(word)]\nSee 'kubectl create -h' for help and examples")
      }
      throw KubectlError("must specify one of -f and -k")
    }
    let session = try Session(invocation)
    if flags.isSet("raw") {
      var errors: [any Error] = []
      let texts = try ManifestReader(isRecursive: false).read(flags.list("filename"), &errors)
      guard let first = texts.first else { throw KubectlError("no objects passed to create") }
      Screen.write(
        try session.client.raw("POST", flags.string("raw"), body: first.object.bytes()))
      return
    }
    var errors: [any Error] = []
    let report = try Report(session)
    let items = try Selection(session).manifests(&errors)
    for var item in items {
      if flags.bool("save-config") { item.object = LastApplied.adding(to: item.object) }
      do {
        let made =
          try session.dryRun == .client
          ? item.object : try session.create(item, manager: flags.string("field-manager"))
        try report.print(made, "created")
      } catch let error as StatusError {
        errors.append(error.adding("creating", source: item.source))
      } catch {
        errors.append(error)
      }
    }
    if items.isEmpty && errors.isEmpty { throw KubectlError("no objects passed to create") }
    try ManyErrors.throwing(errors)
  }
}
