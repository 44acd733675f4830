import Documents
import Support

/// Holds a file to its ``Shape``. All complaints are collected: who has made one mistake in a file
/// has often made two.
struct SchemaCheck {
  private(set) var problems: [DklabError] = []

  mutating func check(_ node: YAMLNode, _ shape: Shape, at path: ComposePath = ComposePath()) {
    if node.tag == "!reset" { return }
    checkTag(node)
    switch shape {
    case .any: return
    case .either(let shapes): checkEither(node, shapes, shape, path)
    case .object(let object): checkObject(node, object, shape, path)
    case .map(let value):
      guard let entries = node.mapping else { return complain(node, shape, path) }
      if path.parts.count == 1 { for (key, _) in entries { checkName(key, path) } }
      for (key, member) in node.members where !key.hasPrefix("x-") || !isTop(path) {
        check(member, value, at: path.appending(key))
      }
    case .list(let item):
      guard let items = node.sequence else { return complain(node, shape, path) }
      for (index, element) in items.enumerated() {
        check(element, item, at: path.appending("[\(index)]"))
      }
    default:
      if !Self.fits(node, shape) { complain(node, shape, path) }
    }
  }

  /// Compose has two tags, and leaves out what it does not know: a slip would go unnoticed.
  private mutating func checkTag(_ node: YAMLNode) {
    let known = ["!reset", "!override"]
    guard let tag = node.tag, tag.hasPrefix("!"), !known.contains(tag),
      let meant = Suggestion.nearest(to: tag, in: known)
    else { return }
    problems.append(
      node.error(
        "compose.tag", Text("unknown tag `\(tag)`", ko: "알 수 없는 태그 `\(tag)`"),
        hint: Text("did you mean `\(meant)`?", ko: "`\(meant)`을(를) 쓰려던 것입니까?")))
  }

  /// The names of services, networks, volumes, secrets and configs.
  private mutating func checkName(_ key: YAMLNode, _ path: ComposePath) {
    let name = key.text ?? ""
    let isValid =
      !name.isEmpty
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    if isValid { return }
    problems.append(
      key.error(
        "compose.name",
        Text("\(path): invalid name `\(name)`", ko: "\(path): 잘못된 이름 `\(name)`"),
        hint: Text(
          "a name consists of letters, digits, `.`, `_` and `-`",
          ko: "이름에는 영문자, 숫자, `.`, `_`, `-`만 쓸 수 있습니다")))
  }

  /// Whether extension fields may stand among the members: not among services or labels.
  private func isTop(_ path: ComposePath) -> Bool { path.parts.count <= 1 }

  private mutating func checkEither(
    _ node: YAMLNode, _ shapes: [Shape], _ whole: Shape, _ path: ComposePath
  ) {
    if let scalar = shapes.first(where: { Self.fits(node, $0) }) {
      return check(node, scalar, at: path)
    }
    let branch = shapes.first { shape in
      switch shape {
      case .list: node.sequence != nil
      case .map, .object: node.mapping != nil
      default: false
      }
    }
    guard let branch else { return complain(node, whole, path) }
    check(node, branch, at: path)
  }

  private mutating func checkObject(
    _ node: YAMLNode, _ object: ObjectShape, _ shape: Shape, _ path: ComposePath
  ) {
    guard let entries = node.mapping else { return complain(node, shape, path) }
    for (key, value) in entries {
      let name = key.text ?? ""
      if name.hasPrefix("x-") { continue }
      guard let member = object.members[name] else {
        problems.append(Self.unknown(key, name, among: object, at: path))
        continue
      }
      // A key without a value says nothing; compose leaves it out.
      if value.isNull, name != "command", name != "entrypoint" { continue }
      check(value, member, at: path.appending(name))
    }
    for name in object.required where node[name] == nil {
      problems.append(
        node.error(
          "compose.missing",
          Text("\(path): `\(name)` is missing", ko: "\(path): `\(name)`이(가) 없습니다")))
    }
  }

  private static func unknown(
    _ key: YAMLNode, _ name: String, among object: ObjectShape, at path: ComposePath
  ) -> DklabError {
    let place = path.parts.isEmpty ? "" : "\(path): "
    let nearest = Suggestion.nearest(to: name, in: object.members.keys.sorted())
    return key.error(
      "compose.unknown",
      Text("\(place)unknown key `\(name)`", ko: "\(place)알 수 없는 키 `\(name)`"),
      hint: nearest.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?") }
        ?? (object.members.count > 12
          ? nil
          : Text(
            "known here: \(object.members.keys.sorted().joined(separator: ", "))",
            ko: "여기에 쓸 수 있는 키: \(object.members.keys.sorted().joined(separator: ", "))")))
  }

  private mutating func complain(_ node: YAMLNode, _ shape: Shape, _ path: ComposePath) {
    let phrase = shape.phrase
    problems.append(
      node.error(
        "compose.type",
        Text("\(path) must be \(phrase.en)", ko: "\(path): \(phrase.ko)이어야 합니다"),
        hint: Self.hint(node, shape)))
  }

  /// The usual slip: a number or a word like `yes` where a string is asked for.
  private static func hint(_ node: YAMLNode, _ shape: Shape) -> Text? {
    guard let text = node.text, !text.isEmpty else { return nil }
    switch shape {
    case .string, .either:
      guard node.resolved.string == nil, !node.isNull else { return nil }
      return Text("put quotes around it: \"\(text)\"", ko: "따옴표로 감싸세요: \"\(text)\"")
    case .choice(let words):
      return Suggestion.nearest(to: text, in: words).map {
        Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?")
      }
    default: return nil
    }
  }

  /// Whether a scalar is what a scalar shape asks for; false for all collections.
  private static func fits(_ node: YAMLNode, _ shape: Shape) -> Bool {
    guard let text = node.text else { return false }
    let value = node.resolved
    switch shape {
    case .string: return value.string != nil
    case .scalar: return value.string != nil || value.double != nil
    case .number: return value.double != nil || Double(text) != nil
    case .integer: return value.int != nil || Int(text) != nil
    case .boolean:
      return value.bool != nil
        || ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    case .duration: return ComposeDuration(text) != nil
    case .choice(let words): return words.contains(text)
    case .null: return value.isNull
    case .any: return true
    case .list, .map, .object, .either: return false
    }
  }
}
