import Documents
import Kube
import Linux
import Support

/// `kubectl config`.
enum ConfigVerb {
  static let command = Command(
    name: "config", usage: "SUBCOMMAND", summary: "Modify kubeconfig files",
    commands: [
      view, currentContext, useContext, getContexts, setContext, renameContext,
      listing("get-clusters", "clusters", "Display clusters defined in the kubeconfig"),
      listing("get-users", "users", "Display users defined in the kubeconfig"),
      removal(
        "delete-context", "contexts", "context", "Delete the specified context from the kubeconfig"),
      removal(
        "delete-cluster", "clusters", "cluster", "Delete the specified cluster from the kubeconfig"),
      removal("delete-user", "users", "user", "Delete the specified user from the kubeconfig"),
      setCluster, setCredentials, set, unset,
    ])

  private static func files(_ invocation: Invocation) throws -> ConfigFiles {
    try ConfigFiles(explicit: invocation.flags.string("kubeconfig"))
  }

  private static let view = Command(
    name: "view", summary: "Display merged kubeconfig settings or a specified kubeconfig file",
    flags: CommonFlags.output + [
      .bool("flatten", "Put the content of named files in their place"),
      .bool("merge", "Accepted; files are always merged", standard: true),
      .bool("minify", "Only what the current context uses"),
      .bool("raw", "Show certificates and keys"),
    ]
  ) { invocation in
    let flags = invocation.flags
    var value = try files(invocation).merged
    if flags.isSet("context") { value["current-context"] = .string(flags.string("context")) }
    if flags.bool("minify") {
      let current = value.text("current-context")
      guard !current.isEmpty else {
        throw KubectlError("current-context must exist in order to minify")
      }
      guard let context = value.list("contexts").first(where: { $0.text("name") == current }) else {
        throw KubectlError("cannot locate context \(current)")
      }
      value["contexts"] = [context]
      for (list, key) in [("clusters", "cluster"), ("users", "user")] {
        let kept = value.list(list).filter { $0.text("name") == context.text("context", key) }
        value[list] = kept.isEmpty ? .null : .array(kept)
      }
    }
    if !flags.bool("raw") && !flags.bool("flatten") { hide(&value) }
    let format = try OutputFormat(flags)
    Screen.write(
      format.isStandard ? ManifestText.yaml(value) : try format.text(value))
  }

  /// Secrets are not for every eye.
  private static func hide(_ value: inout JSONValue) {
    for list in ["clusters", "users"] {
      let part = list == "clusters" ? "cluster" : "user"
      let entries = value.list(list).map { entry -> JSONValue in
        var entry = entry
        for key in ["certificate-authority-data", "client-certificate-data", "client-key-data"] {
          guard let data = entry.at(part, key)?.string, !data.isEmpty else { continue }
          entry.set(
            part, key,
            to: .string(
              key == "certificate-authority-data" || key == "client-certificate-data"
                ? "DATA+OMITTED" : "DATA+OMITTED"))
        }
        for key in ["token", "password"] where !entry.text(part, key).isEmpty {
          entry.set(part, key, to: "REDACTED")
        }
        return entry
      }
      if !entries.isEmpty { value[list] = .array(entries) }
    }
  }

  private static let currentContext = Command(
    name: "current-context", summary: "Display the current-context"
  ) { invocation in
    let name = try files(invocation).currentContext
    guard !name.isEmpty else { throw KubectlError("current-context is not set") }
    Screen.print(name)
  }

  private static func one(_ invocation: Invocation, _ what: String) throws -> String {
    guard invocation.words.count == 1, let word = invocation.words.first else {
      throw KubectlError(
        "Unexpected args: [\(invocation.words.joined(separator: " "))]\nSee '\(invocation.path) -h' for help and examples"
      )
    }
    return word
  }

  private static let useContext = Command(
    name: "use-context", aliases: ["use"], usage: "CONTEXT_NAME",
    summary: "Set the current-context in a kubeconfig file"
  ) { invocation in
    let name = try one(invocation, "context")
    let files = try files(invocation)
    guard files.entry("contexts", name) != nil else {
      throw KubectlError("no context exists with the name: \"\(name)\"")
    }
    try edit(files, holding: { !$0.text("current-context").isEmpty }) {
      $0["current-context"] = .string(name)
    }
    Screen.print("Switched to context \"\(name)\".")
  }

  private static let getContexts = Command(
    name: "get-contexts", usage: "[(-o|--output=)name)]", summary: "Describe one or many contexts",
    flags: [
      .bool("no-headers", "Leave the line of titles out"),
      .string("output", "name for names only", short: "o"),
    ]
  ) { invocation in
    let files = try files(invocation)
    let all = files.merged.list("contexts").sorted { $0.text("name") < $1.text("name") }
    var errors: [any Error] = []
    var shown = all
    if !invocation.words.isEmpty {
      shown = invocation.words.compactMap { name in
        if let found = all.first(where: { $0.text("name") == name }) { return found }
        errors.append(KubectlError("context \(name) not found"))
        return nil
      }
    }
    if invocation.flags.string("output") == "name" {
      for context in shown { Screen.print(context.text("name")) }
    } else {
      var lines: [String] = []
      if !invocation.flags.bool("no-headers") {
        lines.append("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE")
      }
      for context in shown {
        let name = context.text("name")
        lines.append(
          [
            name == files.currentContext ? "*" : "", name, context.text("context", "cluster"),
            context.text("context", "user"), context.text("context", "namespace"),
          ].joined(separator: "\t"))
      }
      for line in TabWriter.align(lines, minimumWidth: 6) { Screen.print(line) }
    }
    try ManyErrors.throwing(errors)
  }

  private static func listing(_ name: String, _ list: String, _ summary: String) -> Command {
    Command(name: name, summary: summary) { invocation in
      Screen.print("NAME")
      let names = try files(invocation).merged.list(list).map { $0.text("name") }
      for entry in names.sorted() { Screen.print(entry) }
    }
  }

  private static func removal(_ name: String, _ list: String, _ word: String, _ summary: String)
    -> Command
  {
    Command(name: name, usage: "NAME", summary: summary) { invocation in
      let entry = try one(invocation, word)
      let files = try files(invocation)
      guard let found = files.entry(list, entry) else {
        throw KubectlError(
          word == "user"
            ? "cannot delete user \(entry), not in \(files.paths.first ?? "")"
            : "cannot delete \(word) \(entry), not in \(files.paths.first ?? "")")
      }
      if word == "context", files.currentContext == entry {
        Screen.remark(
          "warning: this removed your active context, use \"kubectl config use-context\" to select a different one"
        )
      }
      try edit(files, at: found.path) { value in
        value[list] = .array(value.list(list).filter { $0.text("name") != entry })
      }
      Screen.print("deleted \(word) \(entry) from \(found.path)")
    }
  }

  /// Changes one of the files: the one that holds the thing, else the first.
  static func edit(
    _ files: ConfigFiles, at path: String? = nil, holding: (JSONValue) -> Bool = { _ in false },
    _ body: (inout JSONValue) -> Void
  ) throws {
    let target = path ?? files.contents.first { holding($0.value) }?.path ?? files.paths.first ?? ""
    var value = files.contents.first { $0.path == target }?.value ?? .null
    if value.isNull {
      value = [
        "apiVersion": "v1", "kind": "Config", "preferences": [:], "clusters": [], "contexts": [],
        "users": [], "current-context": "",
      ]
    }
    body(&value)
    if let slash = target.lastIndex(of: "/"), slash != target.startIndex {
      try Directory.make(String(target[..<slash]), mode: 0o755)
    }
    try File.replace(target, ManifestText.yaml(value), mode: 0o600)
  }

  /// Changes or adds one entry of a list.
  static func put(
    _ files: ConfigFiles, _ list: String, _ part: String, _ name: String,
    _ changes: [(String, JSONValue?)]
  ) throws -> Bool {
    let found = files.entry(list, name)
    try edit(files, at: found?.path) { value in
      var entries = value.list(list)
      var entry = found?.value ?? ["name": .string(name), part: [:]]
      for (key, change) in changes { entry.set(part, key, to: change) }
      if let index = entries.firstIndex(where: { $0.text("name") == name }) {
        entries[index] = entry
      } else {
        entries.append(entry)
      }
      value[list] = .array(entries)
    }
    return found != nil
  }

  private static let setContext = Command(
    name: "set-context",
    usage: "[NAME | --current] [--cluster=name] [--user=name] [--namespace=name]",
    summary: "Set a context entry in kubeconfig",
    flags: [.bool("current", "Change the current context")]
  ) { invocation in
    let flags = invocation.flags
    let files = try files(invocation)
    let name: String
    if flags.bool("current") {
      guard invocation.words.isEmpty else {
        throw KubectlError("you cannot specify both a context name and --current")
      }
      guard !files.currentContext.isEmpty else { throw KubectlError("no current context is set") }
      name = files.currentContext
    } else {
      guard let word = invocation.words.first, invocation.words.count == 1 else {
        throw KubectlError("you must specify a non-empty context name or --current")
      }
      name = word
    }
    let changes = ["cluster", "user", "namespace"].filter { flags.isSet($0) }
      .map { ($0, JSONValue.string(flags.string($0)) as JSONValue?) }
    let existed = try put(files, "contexts", "context", name, changes)
    Screen.print("Context \"\(name)\" \(existed ? "modified" : "created").")
  }

  private static let renameContext = Command(
    name: "rename-context", usage: "CONTEXT_NAME NEW_NAME",
    summary: "Rename a context from the kubeconfig file"
  ) { invocation in
    guard invocation.words.count == 2 else {
      throw invocation.usageError("Unexpected args: [\(invocation.words.joined(separator: " "))]")
    }
    let (old, new) = (invocation.words[0], invocation.words[1])
    let files = try files(invocation)
    guard let found = files.entry("contexts", old) else {
      throw KubectlError(
        "cannot rename the context \"\(old)\", it's not in \(files.paths.first ?? "")")
    }
    guard files.entry("contexts", new) == nil else {
      throw KubectlError(
        "cannot rename the context \"\(old)\", the context \"\(new)\" already exists in \(files.paths.first ?? "")"
      )
    }
    try edit(files, at: found.path) { value in
      value["contexts"] = .array(
        value.list("contexts").map { entry in
          var entry = entry
          if entry.text("name") == old { entry["name"] = .string(new) }
          return entry
        })
      if value.text("current-context") == old { value["current-context"] = .string(new) }
    }
    Screen.print("Context \"\(old)\" renamed to \"\(new)\".")
  }

  private static let setCluster = Command(
    name: "set-cluster", usage: "NAME [--server=server] [--certificate-authority=path]",
    summary: "Set a cluster entry in kubeconfig",
    flags: [.bool("embed-certs", "Put the certificate into the file")]
  ) { invocation in
    let flags = invocation.flags
    let name = try one(invocation, "cluster")
    var changes: [(String, JSONValue?)] = []
    for key in ["server", "tls-server-name"] where flags.isSet(key) {
      changes.append((key, .string(flags.string(key))))
    }
    if flags.isSet("insecure-skip-tls-verify") {
      changes.append(("insecure-skip-tls-verify", .bool(flags.bool("insecure-skip-tls-verify"))))
    }
    changes += try certificates(flags, ["certificate-authority"])
    _ = try put(try files(invocation), "clusters", "cluster", name, changes)
    Screen.print("Cluster \"\(name)\" set.")
  }

  private static let setCredentials = Command(
    name: "set-credentials",
    usage: "NAME [--client-certificate=path] [--client-key=path] [--token=token]",
    summary: "Set a user entry in kubeconfig",
    flags: [.bool("embed-certs", "Put the certificate into the file")]
  ) { invocation in
    let flags = invocation.flags
    let name = try one(invocation, "user")
    var changes: [(String, JSONValue?)] = []
    for key in ["token", "username", "password"] where flags.isSet(key) {
      changes.append((key, .string(flags.string(key))))
    }
    changes += try certificates(flags, ["client-certificate", "client-key"])
    _ = try put(try files(invocation), "users", "user", name, changes)
    Screen.print("User \"\(name)\" set.")
  }

  private static func certificates(_ flags: FlagValues, _ names: [String]) throws
    -> [(String, JSONValue?)]
  {
    try names.filter { flags.isSet($0) }.flatMap { name -> [(String, JSONValue?)] in
      let path = flags.string(name)
      guard flags.bool("embed-certs") else {
        return [(name, .string(path)), ("\(name)-data", nil)]
      }
      guard let bytes = try? File.read(path) else {
        throw KubectlError(
          "could not read \(name) data from \(path): open \(path): no such file or directory")
      }
      return [("\(name)-data", .string(Base64.encode(bytes))), (name, nil)]
    }
  }

  private static let set = Command(
    name: "set", usage: "PROPERTY_NAME PROPERTY_VALUE",
    summary: "Set an individual value in a kubeconfig file"
  ) { invocation in
    guard invocation.words.count == 2 else {
      throw invocation.usageError("Unexpected args: [\(invocation.words.joined(separator: " "))]")
    }
    try property(invocation, invocation.words[0], .string(invocation.words[1]))
    Screen.print("Property \"\(invocation.words[0])\" set.")
  }

  private static let unset = Command(
    name: "unset", usage: "PROPERTY_NAME", summary: "Unset an individual value in a kubeconfig file"
  ) { invocation in
    try property(invocation, try one(invocation, "property"), nil)
    Screen.print("Property \"\(invocation.words[0])\" unset.")
  }

  /// `current-context`, or `users.NAME.token`.
  private static func property(_ invocation: Invocation, _ path: String, _ value: JSONValue?) throws
  {
    let files = try files(invocation)
    let parts = path.split(separator: ".").map(String.init)
    guard let first = parts.first else { throw KubectlError("no property given") }
    let lists = ["clusters": "cluster", "contexts": "context", "users": "user"]
    guard let part = lists[first] else {
      return try edit(files) { $0.set(parts[...], to: value) }
    }
    guard parts.count >= 2 else {
      return try edit(files) { $0[first] = value ?? .array([]) }
    }
    if parts.count == 2 {
      return try edit(files, at: files.entry(first, parts[1])?.path) { content in
        content[first] = .array(content.list(first).filter { $0.text("name") != parts[1] })
      }
    }
    // Names may have dots; the property is what comes last.
    let name = parts[1..<(parts.count - 1)].joined(separator: ".")
    _ = try put(files, first, part, name, [(parts[parts.count - 1], value)])
  }
}
