import Documents

/// Makes the paths of a file absolute: they count from the folder of the file that has them.
struct RelativePaths {
  /// The folder, absolute.
  var directory: String
  var home: String?

  private static let places = ComposePathTable<Bool>([
    ("services.*.build.context", true), ("services.*.env_file.*.path", true),
    ("services.*.label_file.*", true), ("services.*.extends.file", true),
    ("services.*.develop.watch.*.path", true), ("services.*.build.additional_contexts.*", true),
    ("services.*.credential_spec.file", true), ("configs.*.file", true),
    ("secrets.*.file", true), ("volumes.*.driver_opts.device", false),
  ])

  func apply(to node: YAMLNode, at path: ComposePath = ComposePath()) -> YAMLNode {
    if path.matches(ComposePath("services.*.volumes.*")) { return mount(node) }
    switch node.kind {
    case .scalar(let text, _):
      return Self.places[path] == true ? node.string(absolute(text)) : node
    case .mapping: return node.mapMembers { apply(to: $1, at: path.appending($0)) }
    case .sequence(let items):
      return node.list(
        items.enumerated().map { apply(to: $1, at: path.appending("[\($0)]")) })
    }
  }

  private func mount(_ node: YAMLNode) -> YAMLNode {
    guard node["type"]?.text == "bind", let source = node["source"] else { return node }
    var node = node
    node[member: "source"] = source.string(absolute(source.text ?? ""))
    return node
  }

  /// `text` as an absolute path without `.` and `..`; addresses of other kinds stay as they are.
  func absolute(_ text: String) -> String {
    if text.contains("://") || text.hasPrefix("service:") || text.hasPrefix("git@")
      || text.hasPrefix("github.com/")
    {
      return text
    }
    var full = text
    if text == "~" || text.hasPrefix("~/"), let home {
      full = home + text.dropFirst()
    } else if !text.hasPrefix("/") {
      full = directory + "/" + text
    }
    return Self.clean(full)
  }

  /// An absolute path without `.`, `..` and double slashes; nothing is looked up.
  static func clean(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": parts = Array(parts.dropLast())
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}
