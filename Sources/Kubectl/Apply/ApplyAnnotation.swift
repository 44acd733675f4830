import Documents

/// `apply view-last-applied` and `apply set-last-applied`.
enum ApplyAnnotation {
  static let view = Command(
    name: "view-last-applied", usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
    summary: "View what was applied last",
    flags: CommonFlags.files + [
      CommonFlags.selector, .string("output", "yaml or json", short: "o", standard: "yaml"),
      .bool("all", "All objects of the kind"),
    ]
  ) { invocation in
    let session = try Session(invocation)
    var errors: [any Error] = []
    for item in try Selection(session).items(invocation.words, &errors) {
      guard let last = LastApplied.of(item.object) else {
        errors.append(
          KubectlError("no last-applied-configuration annotation found on resource: \(item.name)"))
        continue
      }
      Screen.write(
        invocation.flags.string("output") == "json"
          ? ManifestText.json(ManifestText.sorted(last)) + "\n" : ManifestText.yaml(last))
    }
    try ManyErrors.throwing(errors)
  }

  static let set = Command(
    name: "set-last-applied", usage: "-f FILENAME",
    summary: "Write down a file as what was applied last",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.dryRun, .bool("create-annotation", "Also when there is no annotation yet"),
    ]
  ) { invocation in
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    for item in try Selection(session).manifests(&errors) {
      let current = try session.get(item.kind, item.name, namespace: item.namespace)
      guard LastApplied.of(current) != nil || invocation.flags.bool("create-annotation") else {
        throw KubectlError(
          "no last-applied-configuration annotation found on resource: \(item.name), to create the "
            + "annotation, run the command with --create-annotation")
      }
      let text = LastApplied.text(of: item.object)
      let patch: JSONValue = [
        "metadata": ["annotations": [LastApplied.annotation: .string(text)]]
      ]
      let changed =
        try session.dryRun == .client ? current : try session.patch(item, patch, .merge)
      try report.print(changed, "configured")
    }
    try ManyErrors.throwing(errors)
  }
}
