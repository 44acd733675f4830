import Documents
import Support

/// `kubectl auth`.
enum Auth {
  static let command = Command(
    name: "auth", usage: "SUBCOMMAND", summary: "Inspect authorization",
    commands: [canI, whoami])

  private static let canI = Command(
    name: "can-i", usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    summary: "Check whether an action is allowed",
    flags: [
      CommonFlags.allNamespaces, .bool("list", "Show everything that is allowed"),
      .bool("no-headers", "Leave the line of titles out"),
      .bool("quiet", "Only the exit status", short: "q"),
      .string("subresource", "The part of the object, such as log"),
    ], examples: ["kubectl auth can-i create pods --as=alice", "kubectl auth can-i --list"]
  ) { invocation in
    if invocation.flags.bool("list") { return try list(invocation) }
    let words = invocation.words
    guard words.count == 2 || words.count == 3 else {
      throw KubectlError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples."
      )
    }
    let session = try Session(invocation)
    var spec: JSONValue = [:]
    if words[1].hasPrefix("/") {
      spec["nonResourceAttributes"] = ["verb": .string(words[0]), "path": .string(words[1])]
    } else {
      spec["resourceAttributes"] = try attributes(words, session)
    }
    let answer = try session.client.request(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: [
        "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": spec,
      ])
    let isAllowed = answer.flag("status", "allowed")
    if !invocation.flags.bool("quiet") {
      var text = isAllowed ? "yes" : "no"
      if !answer.text("status", "reason").isEmpty, !isAllowed {
        text += " - \(answer.text("status", "reason"))"
      }
      Screen.print(text)
    }
    if !isAllowed { throw KubectlError.silent(1) }
  }

  private static func attributes(_ words: [String], _ session: Session) throws -> JSONValue {
    let parts = words[1].split(separator: "/", maxSplits: 1).map(String.init)
    var value: JSONValue = ["verb": .string(words[0])]
    let name = parts.count > 1 ? parts[1] : words.count > 2 ? words[2] : ""
    if parts[0] == "*" {
      value["group"] = "*"
      value["resource"] = "*"
    } else if let kind = try session.discovery.lookUp(parts[0]) {
      value["group"] = .string(kind.group)
      value["resource"] = .string(kind.plural)
      if !kind.isNamespaced, !session.flags.bool("all-namespaces") {
        Screen.remark(
          "Warning: resource '\(kind.plural)' is not namespace scoped\(kind.group.isEmpty ? "" : " in group '\(kind.group)'")\n"
        )
      }
    } else {
      Screen.remark("Warning: the server doesn't have a resource type '\(parts[0])'\n")
      value["resource"] = .string(parts[0])
    }
    if !session.flags.bool("all-namespaces") { value["namespace"] = .string(session.namespace) }
    if !name.isEmpty { value["name"] = .string(name) }
    if session.flags.isSet("subresource") {
      value["subresource"] = .string(session.flags.string("subresource"))
    }
    return value
  }

  private static func list(_ invocation: Invocation) throws {
    let session = try Session(invocation)
    let answer = try session.client.request(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
      body: [
        "kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1",
        "spec": ["namespace": .string(session.namespace)],
      ])
    var description = Description()
    description.rules(answer["status"] ?? .null, hasTitles: !invocation.flags.bool("no-headers"))
    for line in TabWriter.align(description.lines, minimumWidth: 6) { Screen.print(line) }
  }

  private static let whoami = Command(
    name: "whoami", summary: "Experimental: Check self subject attributes",
    flags: CommonFlags.output
  ) { invocation in
    let session = try Session(invocation)
    let answer = try session.client.request(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: ["kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"])
    let format = try OutputFormat(invocation.flags)
    guard format.isStandard else { return Screen.write(try format.text(answer)) }
    let user = answer.at("status", "userInfo") ?? .null
    func words(_ values: [JSONValue]) -> String {
      "[\(values.compactMap(\.string).joined(separator: " "))]"
    }
    var lines = ["ATTRIBUTE\tVALUE", "Username\t\(user.text("username"))"]
    if !user.text("uid").isEmpty { lines.append("UID\t\(user.text("uid"))") }
    if !user.list("groups").isEmpty { lines.append("Groups\t\(words(user.list("groups")))") }
    for (key, value) in ManifestText.sorted(user["extra"] ?? .null).object ?? [:] {
      lines.append("Extra: \(key)\t\(words(value.array ?? []))")
    }
    for line in TabWriter.align(lines, minimumWidth: 6) { Screen.print(line) }
  }
}

extension Description {
  /// What somebody may do.
  mutating func rules(_ status: JSONValue, hasTitles: Bool) {
    if hasTitles { line("Resources\tNon-Resource URLs\tResource Names\tVerbs") }
    func words(_ rule: JSONValue, _ key: String) -> [String] { rule.list(key).compactMap(\.string) }
    var rows: [(key: [String], cells: [String])] = []
    for rule in status.list("resourceRules") {
      let names = "[\(words(rule, "resourceNames").joined(separator: " "))]"
      let verbs = "[\(words(rule, "verbs").joined(separator: " "))]"
      for group in words(rule, "apiGroups") {
        for resource in words(rule, "resources") {
          let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
          let name =
            group.isEmpty
            ? resource
            : "\(parts.first ?? "").\(group)" + (parts.count > 1 ? "/\(parts[1])" : "")
          rows.append(([verbs, group, resource, names], [name, "[]", names, verbs]))
        }
      }
    }
    for rule in status.list("nonResourceRules") {
      for url in words(rule, "nonResourceURLs") {
        let verbs = "[\(words(rule, "verbs").joined(separator: " "))]"
        rows.append(([verbs, "", "", "", url], ["", "[\(url)]", "[]", verbs]))
      }
    }
    for row in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      line(row.cells.joined(separator: "\t"))
    }
  }
}
