import Documents
import Support

/// `kubectl api-resources` and `api-versions`.
enum ApiResources {
  static let command = Command(
    name: "api-resources", summary: "Print the supported API resources on the server",
    flags: [
      .string("api-group", "Only of this group"), .bool("cached", "Accepted and not used"),
      .list("categories", "Only of these categories"),
      .bool("namespaced", "Only kinds with, or without, namespaces", standard: true),
      .bool("no-headers", "Leave the line of titles out"),
      .string("output", "wide or name", short: "o"),
      .string("sort-by", "name or kind"), .list("verbs", "Only kinds with these verbs"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard invocation.words.isEmpty else {
      throw invocation.usageError(
        "unexpected arguments: [\(invocation.words.joined(separator: " "))]")
    }
    let output = flags.string("output")
    guard ["", "wide", "name"].contains(output) else {
      throw KubectlError("--output \(output) is not available")
    }
    let session = try Session(invocation)
    let preferred = Set(
      try session.discovery.versions().map { "\($0.group)/\($0.versions.first ?? "")" })
    var kinds = try session.discovery.all().filter { kind in
      preferred.contains("\(kind.group)/\(kind.version)") && !kind.verbs.isEmpty
        && (!flags.isSet("namespaced") || kind.isNamespaced == flags.bool("namespaced"))
        && (!flags.isSet("api-group") || kind.group == flags.string("api-group"))
        && flags.list("verbs").allSatisfy(kind.verbs.contains)
        && flags.list("categories").allSatisfy(kind.categories.contains)
    }
    switch flags.string("sort-by") {
    case "": kinds.sort { ($0.group, $0.plural) < ($1.group, $1.plural) }
    case "name": kinds.sort { ($0.plural, $0.group) < ($1.plural, $1.group) }
    case "kind": kinds.sort { ($0.kind, $0.group) < ($1.kind, $1.group) }
    default: throw KubectlError("--sort-by accepts only name or kind")
    }
    if output == "name" {
      for kind in kinds { Screen.print(kind.qualifiedPlural) }
      return
    }
    let isWide = output == "wide"
    var lines: [String] = []
    if !flags.bool("no-headers") {
      lines.append(
        "NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND" + (isWide ? "\tVERBS\tCATEGORIES" : ""))
    }
    for kind in kinds {
      var cells = [
        kind.plural, kind.shortNames.joined(separator: ","), kind.apiVersion,
        "\(kind.isNamespaced)", kind.kind,
      ]
      if isWide {
        cells += [kind.verbs.joined(separator: ","), kind.categories.joined(separator: ",")]
      }
      lines.append(cells.joined(separator: "\t"))
    }
    for line in TabWriter.align(lines, minimumWidth: 6) { Screen.print(line) }
  }

  static let versions = Command(
    name: "api-versions", summary: "Print the supported API versions on the server"
  ) { invocation in
    let session = try Session(invocation)
    let all = Set(try session.discovery.all().map(\.apiVersion))
    for version in all.sorted() { Screen.print(version) }
  }
}
