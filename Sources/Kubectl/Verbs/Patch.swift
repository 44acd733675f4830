import Documents
import Linux
import Support

/// `kubectl patch`.
enum Patch {
  static let command = Command(
    name: "patch", usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    summary: "Update fields of a resource",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-patch"),
      .bool("local", "Patch the file's object, not the server's"),
      .string("patch", "The patch, as JSON or YAML", short: "p"),
      .string("patch-file", "File with the patch"),
      .string("subresource", "Patch this part of the object"),
      .string("type", "json, merge or strategic", standard: "strategic"),
    ], examples: ["kubectl patch deployment web -p '{\"spec\":{\"replicas\":2}}'"]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    guard flags.isSet("patch") != flags.isSet("patch-file") else {
      throw KubectlError(
        flags.isSet("patch")
          ? "cannot specify --patch and --patch-file together"
          : "must specify --patch or --patch-file containing the contents of the patch")
    }
    let types: [String: APIClient.BodyType] = [
      "json": .jsonPatch, "merge": .merge, "strategic": .strategicMerge,
    ]
    guard let type = types[flags.string("type").lowercased()] else {
      throw KubectlError(
        "--type must be one of [json merge strategic], not \"\(flags.string("type"))\"")
    }
    let text: String
    if flags.isSet("patch-file") {
      guard let content = try? File.text(flags.string("patch-file")) else {
        throw KubectlError(
          "unable to read patch file: open \(flags.string("patch-file")): no such file or directory"
        )
      }
      text = content
    } else {
      text = flags.string("patch")
    }
    let patch: JSONValue
    do {
      patch = try YAMLDocument.parse(text, file: "patch").json
    } catch let error as DklabError {
      throw KubectlError("unable to parse \"\(text)\": yaml: \(error.message.en)")
    }
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    let selection = Selection(session)
    let items =
      flags.bool("local")
      ? try selection.manifests(&errors) : try selection.items(invocation.words, &errors)
    for item in items {
      do {
        let isLocal = try flags.bool("local") || session.dryRun == .client
        let changed =
          isLocal
          ? try LocalPatch.apply(
            patch, to: item.object, type: flags.string("type").lowercased(), kind: item.object)
          : try session.patch(
            item, patch, type, subresource: flags.string("subresource"),
            manager: flags.string("field-manager"))
        let isSame =
          changed == item.object
          || !isLocal && changed.resourceVersion == item.object.resourceVersion
        try report.print(changed, isSame ? "patched (no change)" : "patched")
      } catch {
        errors.append(error)
      }
    }
    if items.isEmpty && errors.isEmpty { throw KubectlError("no objects passed to patch") }
    try ManyErrors.throwing(errors)
  }
}
