import Documents
import Support

/// `kubectl explain`.
enum Explain {
  static let command = Command(
    name: "explain", usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group]",
    summary: "Get documentation for a resource",
    flags: [
      .string("api-version", "Of this group and version"),
      .string("output", "plaintext", short: "o", standard: "plaintext"),
      .bool("recursive", "Show the fields of fields, without their descriptions"),
    ], examples: ["kubectl explain pods", "kubectl explain deployment.spec.strategy"]
  ) { invocation in
    guard let word = invocation.words.first, invocation.words.count == 1 else {
      throw KubectlError(
        invocation.words.isEmpty
          ? "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources."
          : "We accept only this format: explain RESOURCE")
    }
    let session = try Session(invocation)
    let parts = word.split(separator: ".").map(String.init)
    var (kind, path): (ResourceKind?, [String]) = (nil, [])
    // `deployments.apps.spec` means a group first, then `pods.spec`.
    for count in stride(from: parts.count, to: 0, by: -1) {
      kind = try session.discovery.lookUp(parts[..<count].joined(separator: "."))
      guard kind != nil else { continue }
      path = Array(parts[count...])
      break
    }
    guard var kind else {
      throw KubectlError(
        "the server doesn't have a resource type \"\(parts.first ?? "")\"", isBare: true)
    }
    let wanted = invocation.flags.string("api-version")
    if !wanted.isEmpty {
      guard let found = try session.discovery.kind(apiVersion: wanted, kind: kind.kind) else {
        throw KubectlError("couldn't find resource for \"\(wanted), Kind=\(kind.kind)\"")
      }
      kind = found
    }
    Screen.write(
      try Explanation(kind, session).text(path, isRecursive: invocation.flags.bool("recursive")))
  }
}

/// What the server's OpenAPI document says of a kind.
struct Explanation {
  private let kind: ResourceKind
  private let schemas: JSONValue
  private let root: JSONValue

  init(_ kind: ResourceKind, _ session: Session) throws {
    self.kind = kind
    let index = try session.client.request("GET", "/openapi/v3")
    let name = kind.group.isEmpty ? "api/\(kind.version)" : "apis/\(kind.group)/\(kind.version)"
    let address = index["paths"]?[name]?.text("serverRelativeURL") ?? ""
    guard !address.isEmpty else {
      throw KubectlError("couldn't find resource for \"\(kind.apiVersion), Kind=\(kind.kind)\"")
    }
    let document = try session.client.request("GET", address)
    schemas = document.at("components", "schemas") ?? [:]
    let found = (schemas.object ?? [:]).first { _, schema in
      schema.list("x-kubernetes-group-version-kind").contains {
        $0.text("group") == kind.group && $0.text("version") == kind.version
          && $0.text("kind") == kind.kind
      }
    }
    guard let found else {
      throw KubectlError(
        "GVR (\(kind.apiVersion), Resource=\(kind.plural)) not found in OpenAPI schema")
    }
    root = found.value
  }

  /// A schema with its reference followed; what stands beside the reference wins.
  private func resolved(_ schema: JSONValue) -> JSONValue {
    var reference = schema.text("$ref")
    if reference.isEmpty, let first = schema.list("allOf").first { reference = first.text("$ref") }
    guard !reference.isEmpty, let name = reference.split(separator: "/").last,
      var found = schemas[String(name)]
    else { return schema }
    for (key, value) in schema.object ?? [:] where key != "$ref" && key != "allOf" {
      if key == "description", value.string?.isEmpty == true { continue }
      found[key] = value
    }
    if found["title"] == nil {
      found["title"] = .string(name.split(separator: ".").last.map(String.init) ?? "")
    }
    return found
  }

  private func typeName(_ schema: JSONValue) -> String {
    let whole = resolved(schema)
    if let items = whole["items"] { return "[]\(typeName(items))" }
    if whole.text("type") == "object", whole["properties"] == nil,
      let values = whole["additionalProperties"], values.object != nil
    {
      return "map[string]\(typeName(values))"
    }
    if whole["properties"] != nil || !whole.text("title").isEmpty && whole.text("type") == "object"
    {
      let title = whole.text("title")
      return title.isEmpty ? "Object" : title
    }
    if let title = whole["title"]?.string, whole["type"] == nil { return title }
    switch whole.text("type") {
    case "": return whole.flag("x-kubernetes-int-or-string") ? "IntOrString" : "Object"
    case "object": return "Object"
    case let type: return whole.text("title").isEmpty ? type : whole.text("title")
    }
  }

  /// The schema whose members are shown for a field.
  private func members(_ schema: JSONValue) -> JSONValue {
    let whole = resolved(schema)
    if let items = whole["items"] { return members(items) }
    if whole["properties"] == nil, let values = whole["additionalProperties"], values.object != nil
    {
      return members(values)
    }
    return whole
  }

  private var head: String {
    (kind.group.isEmpty ? "" : "GROUP:      \(kind.group)\n")
      + "KIND:       \(kind.kind)\nVERSION:    \(kind.version)\n\n"
  }

  func text(_ path: [String], isRecursive: Bool) throws -> String {
    var schema = root
    var field: (name: String, schema: JSONValue)?
    for name in path {
      guard let next = members(schema).at("properties", name) else {
        // What is above the field has been printed by then.
        Screen.write(head)
        throw KubectlError("field \"\(name)\" does not exist", isBare: false)
      }
      field = (name, next)
      schema = next
    }
    var text = head
    if let field {
      text += "FIELD: \(field.name) <\(typeName(field.schema))>\n"
      if let values = resolved(schema)["enum"]?.array {
        text += "ENUM:\n" + values.map { "    \(JSONPath.text($0))\n" }.joined()
      } else {
        text += "\n"
      }
      text += "\n"
    }
    // What the field says of itself, then what its type says.
    let own = schema.text("description")
    let general = schema == root ? "" : members(Self.bare(schema)).text("description")
    let words = [own, general].filter { !$0.isEmpty }
    text += "DESCRIPTION:\n"
    for sentence in words.isEmpty ? ["<empty>"] : words {
      text += Self.wrapped(sentence, indent: 4) + "\n"
    }
    text += "    \n"
    if members(schema)["properties"] != nil {
      text += "FIELDS:\n" + fields(members(schema), level: 1, isRecursive: isRecursive, seen: [])
    }
    return text + "\n"
  }

  /// A schema without its own description.
  private static func bare(_ schema: JSONValue) -> JSONValue {
    var schema = schema
    schema["description"] = nil
    return schema
  }

  private func fields(
    _ schema: JSONValue, level: Int, isRecursive: Bool, seen: [String]
  ) -> String {
    let required = Set(schema.list("required").compactMap(\.string))
    let margin = String(repeating: "  ", count: level)
    var text = ""
    for (name, member) in ManifestText.sorted(schema["properties"] ?? [:]).object ?? [:] {
      text +=
        "\(margin)\(name)\t<\(typeName(member))>\(required.contains(name) ? " -required-" : "")\n"
      let inner = members(member)
      if isRecursive {
        if let values = resolved(member)["enum"]?.array {
          text += "\(margin)enum: \(values.map(JSONPath.text).joined(separator: ", "))\n"
        }
        let title = typeName(member)
        if inner["properties"] != nil, !seen.contains(title) {
          text += fields(inner, level: level + 1, isRecursive: true, seen: seen + [title])
        }
        continue
      }
      if let values = resolved(member)["enum"]?.array {
        text += "\(margin)enum: \(values.map(JSONPath.text).joined(separator: ", "))\n"
      }
      let description = member.text("description")
      text +=
        Self.wrapped(
          description.isEmpty ? "<no description>" : description, indent: level * 2 + 2) + "\n\n"
    }
    return text
  }

  /// Paragraphs in lines of 80 columns.
  static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > 80 - indent {
          lines.append(margin + line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      lines.append(line.isEmpty ? margin : margin + line)
    }
    return lines.joined(separator: "\n")
  }
}
