import Documents
import Linux
import Support

/// What `-o` asks for.
enum OutputFormat {
  /// The command's own way; `wide` with more columns.
  case standard(isWide: Bool)
  case json
  case yaml
  case name
  case path(JSONPath)
  case pathAsJSON(JSONPath)
  case template(GoTemplate)
  case columns(CustomColumns)

  /// Of the flags `-o` and `--template`.
  init(_ flags: FlagValues, hasTables: Bool = false) throws {
    let text = flags.string("output")
    let kind = String(text.prefix { $0 != "=" })
    var argument = text.count > kind.count ? String(text.dropFirst(kind.count + 1)) : nil
    if argument == nil, flags.isSet("template") { argument = flags.string("template") }
    func needed(_ what: String) throws -> String {
      guard let argument, !argument.isEmpty else {
        throw KubectlError("\(what) format specified but no template given")
      }
      return argument
    }
    func file(_ what: String) throws -> String {
      let path = try needed(what)
      guard let content = try? File.text(path) else {
        throw KubectlError(
          "error reading --template \(path), open \(path): no such file or directory")
      }
      return content
    }
    let isStrict = !flags.bool("allow-missing-template-keys")
    switch kind {
    case "": self = .standard(isWide: false)
    case "wide" where hasTables: self = .standard(isWide: true)
    case "json": self = .json
    case "yaml": self = .yaml
    case "name": self = .name
    case "jsonpath": self = .path(try Self.path(try needed("template"), isStrict))
    case "jsonpath-file": self = .path(try Self.path(try file("template"), isStrict))
    case "jsonpath-as-json": self = .pathAsJSON(try Self.path(try needed("template"), isStrict))
    case "go-template", "template": self = .template(try Self.template(try needed("template")))
    case "go-template-file", "templatefile":
      self = .template(try Self.template(try file("template")))
    case "custom-columns" where hasTables:
      guard let argument, !argument.isEmpty else {
        throw KubectlError("custom-columns format specified but no custom columns given")
      }
      self = .columns(try CustomColumns(argument))
    case "custom-columns-file" where hasTables:
      self = .columns(try CustomColumns(template: try file("custom-columns")))
    default: throw Self.unknown(kind, hasTables: hasTables)
    }
  }

  private static func path(_ text: String, _ isStrict: Bool) throws -> JSONPath {
    do {
      var path = try JSONPath(text)
      path.allowsMissing = !isStrict
      return path
    } catch let error as KubectlError {
      throw KubectlError("error parsing jsonpath \(text), \(error.message)")
    }
  }

  private static func template(_ text: String) throws -> GoTemplate {
    do {
      return try GoTemplate(text)
    } catch {
      throw KubectlError("error parsing template \(text), \(ErrorText.plain(error))")
    }
  }

  private static func unknown(_ kind: String, hasTables: Bool) -> KubectlError {
    var known = [
      "go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json", "jsonpath-file",
      "name", "template", "templatefile", "yaml",
    ]
    if hasTables { known = ["custom-columns", "custom-columns-file"] + known + ["wide"] }
    return KubectlError(
      "unable to match a printer suitable for the output format \"\(kind)\", allowed formats are: "
        + known.sorted().joined(separator: ","))
  }

  /// Whether the command's own way is meant.
  var isStandard: Bool {
    if case .standard = self { true } else { false }
  }

  /// One object in this format, as it goes to the output.
  func text(_ object: JSONValue, showsManagedFields: Bool = true) throws -> String {
    switch self {
    case .standard: return ""
    case .json:
      return ManifestText.json(
        ManifestText.sorted(showsManagedFields ? object : Self.withoutManagedFields(object))) + "\n"
    case .yaml:
      return ManifestText.yaml(
        showsManagedFields ? object : Self.withoutManagedFields(object))
    case .name: return Self.names(object)
    case .path(let path):
      do {
        return try path.render(object)
      } catch let error as KubectlError {
        throw KubectlError("error executing jsonpath: \(error.message)")
      }
    case .pathAsJSON(let path):
      let values = try path.values(object).flatMap { $0 }
      return ManifestText.json(.array(values.map(ManifestText.sorted))) + "\n"
    case .template(let template): return try template.render(object)
    case .columns(let columns): return columns.text([object], hasHeader: true)
    }
  }

  private static func names(_ object: JSONValue) -> String {
    if object.kind.hasSuffix("List"), let items = object["items"]?.array {
      return items.map(names).joined()
    }
    return label(object) + "\n"
  }

  /// `deployment.apps/web`.
  static func label(_ object: JSONValue) -> String {
    let version = object.text("apiVersion")
    let group = version.contains("/") ? String(version.prefix { $0 != "/" }) : ""
    let kind = object.kind.lowercased()
    return (group.isEmpty ? kind : "\(kind).\(group)") + "/" + object.name
  }

  /// Without what only the server keeps books about.
  static func withoutManagedFields(_ object: JSONValue) -> JSONValue {
    var object = object
    object.set("metadata", "managedFields", to: nil)
    if let items = object["items"]?.array {
      object["items"] = .array(items.map(withoutManagedFields))
    }
    return object
  }
}

/// `-o custom-columns=NAME:.metadata.name,…`.
struct CustomColumns {
  private let columns: [(title: String, path: JSONPath)]

  init(_ text: String) throws {
    columns = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let colon = part.firstIndex(of: ":") else {
        throw KubectlError(
          "unexpected custom-columns spec: \(part), expected <header>:<json-path-expr>")
      }
      let title = String(part[..<colon])
      return (title, try JSONPath.relaxed(String(part[part.index(after: colon)...])))
    }
  }

  /// A file with a line of titles and a line of paths.
  init(template: String) throws {
    let lines = template.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    guard lines.count >= 2, lines[0].count == lines[1].count else {
      throw KubectlError(
        "number of headers (\(lines.first?.count ?? 0)) and field specifications "
          + "(\(lines.count > 1 ? lines[1].count : 0)) don't match")
    }
    columns = try zip(lines[0], lines[1]).map { (String($0), try JSONPath.relaxed(String($1))) }
  }

  func text(_ objects: [JSONValue], hasHeader: Bool) -> String {
    var lines = hasHeader ? [columns.map(\.title).joined(separator: "\t")] : []
    for object in objects {
      lines.append(
        columns.map { column -> String in
          let values = ((try? column.path.values(object)) ?? []).flatMap { $0 }
          let texts = values.map { $0.isNull ? "<none>" : GoText.of($0) }
          return texts.isEmpty ? "<none>" : texts.joined(separator: ",")
        }.joined(separator: "\t"))
    }
    return TabWriter.align(lines, minimumWidth: 6).map { $0 + "\n" }.joined()
  }
}
