import Documents
import Support

/// Typed values of a mapping. Each returns nil and reports when the value is of another kind; the
/// ones without `required` are silent when the key is absent.
extension Fields {
  mutating func string(_ key: String) -> String? {
    let node = node(key)
    shape.note(key, .text)
    return node.flatMap { string($0, key) }
  }

  /// The same where nothing is no text.
  mutating func words(_ key: String) -> String? {
    let node = node(key)
    shape.note(key, .text)
    return node.flatMap { words($0, key) }
  }

  mutating func requiredString(_ key: String) -> String {
    let node = required(key)
    shape.note(key, .text)
    return node.flatMap { words($0, key) } ?? ""
  }

  /// A name, path or address the student is asked for: remembered as mentioned by the check.
  mutating func subjectString(_ key: String) -> String {
    let required = required(key)
    shape.note(key, .text)
    guard let node = required else { return "" }
    if let text = node.text { mention(text, node.location) }
    return words(node, key) ?? ""
  }

  private mutating func string(_ node: YAMLNode, _ key: String) -> String? {
    guard let text = node.text else {
      reportKind(key, Text("a text", ko: "글"), node)
      return nil
    }
    return fill(text, node)
  }

  /// A text that must be a regular expression.
  mutating func regex(_ key: String) -> String? {
    guard let text = words(key) else { return nil }
    do { try Pattern.validate(text) } catch {
      report(error.id, error.message, hint: error.hint, at: location(of: key))
    }
    return text
  }

  /// A text that is not empty. `name` is what to call it when it is not `key` itself.
  private mutating func words(
    _ node: YAMLNode, _ key: String, _ name: String? = nil
  ) -> String? {
    guard let text = string(node, key) else { return nil }
    guard text.trimmed.isEmpty else { return text }
    let name = name ?? key
    report(
      "lab.empty", Text("`\(name)` is empty", ko: "`\(name)`이(가) 비어 있습니다"), at: node.location)
    return nil
  }

  /// Any scalar; plain ones with a variable get the type of what was filled in.
  mutating func value(_ key: String) -> JSONValue? {
    node(key).map { value($0) }
  }

  mutating func value(_ node: YAMLNode) -> JSONValue {
    guard case .scalar(let text, let plain) = node.kind else { return node.json }
    let filled = fill(text, node)
    return YAMLNode(.scalar(filled, plain: plain), at: node.location).resolved
  }

  mutating func integer(_ key: String) -> Int? {
    let found = node(key)
    shape.note(key, .integer)
    guard let node = found else { return nil }
    guard let number = value(node).int else {
      reportKind(key, Text("a whole number", ko: "정수"), node)
      return nil
    }
    return number
  }

  mutating func requiredInteger(_ key: String) -> Int {
    let node = required(key)
    let number = integer(key)
    return node == nil ? 0 : number ?? 0
  }

  mutating func bool(_ key: String) -> Bool? {
    let found = node(key)
    shape.note(key, .flag)
    guard let node = found else { return nil }
    guard let flag = value(node).bool else {
      reportKind(key, Text("`true` or `false`", ko: "`true` 또는 `false`"), node)
      return nil
    }
    return flag
  }

  /// A list of texts; one text alone counts as a list of one.
  mutating func strings(_ key: String) -> [String]? {
    let found = node(key)
    shape.note(key, .texts)
    guard let node = found else { return nil }
    guard case .sequence(let elements) = node.kind else {
      return node.isNull ? [] : string(node, key).map { [$0] }
    }
    return elements.compactMap { string($0, key) }
  }

  /// Where `text` stands in the list under `key`.
  func location(of text: String, in key: String) -> SourceLocation {
    let node = entry(key)
    let element = node?.sequence?.first { element in
      element.text.map { Interpolation.replace(in: $0) { "{{\($0)}}" } } == text
    }
    return element?.location ?? node?.location ?? location
  }

  /// A text that must be one of `choices`.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue)
    let written = string(key)
    shape.note(key, .choice(known))
    guard let text = written else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let near = Suggestion.nearest(to: text, in: known)
    report(
      "lab.unknown-value",
      Text("`\(key)` cannot be `\(text)`", ko: "`\(key)`에 `\(text)`은(는) 쓸 수 없습니다"),
      hint: near.map(Text.meant) ?? .list(of: known), at: location(of: key))
    return nil
  }

  /// A map of texts, in the order it was written.
  mutating func texts(_ key: String) -> [(key: String, text: String)]? {
    let found = node(key)
    shape.note(key, .pairs)
    guard let node = found else { return nil }
    guard case .mapping(let pairs) = node.kind else {
      reportKind(key, Text("`key: text` pairs", ko: "`키: 글` 쌍"), node)
      return nil
    }
    return pairs.compactMap { pair in
      guard let name = pair.key.text, let text = words(pair.value, key, name) else { return nil }
      return (name, text)
    }
  }

  func location(of key: String) -> SourceLocation {
    entryLocation(key) ?? location
  }

  /// `text` with the variables filled in; an undeclared one is reported.
  mutating func fill(_ text: String, _ node: YAMLNode) -> String {
    if isRaw { return Interpolation.replace(in: text) { "{{\($0)}}" } }
    for reference in Interpolation.references(in: text) where variables[reference.name] == nil {
      guard !isSilent else { continue }
      add(.undeclared(reference.name, in: variables, at: node.location))
    }
    return variables.fillExactly(text)
  }

  /// That the value under `key` is none of `kind`, and what it is instead.
  mutating func reportKind(_ key: String, _ kind: Text, _ node: YAMLNode) {
    let found = Self.kind(of: node)
    report(
      "lab.wrong-kind",
      Text(
        "`\(key)` takes \(kind.en), not \(found.en)",
        ko: "`\(key)`에는 \(kind.ko)이(가) 옵니다. \(found.ko)은(는) 쓸 수 없습니다"),
      hint: Self.unquoted(node).map {
        Text("without the quotes it is one: `\(key): \($0)`", ko: "따옴표 없이 씁니다: `\(key): \($0)`")
      }, at: node.location)
  }

  private static func kind(of node: YAMLNode) -> Text {
    switch node.kind {
    case .mapping: Text("`key: value` pairs", ko: "`키: 값` 쌍")
    case .sequence: Text("a list", ko: "목록")
    case .scalar where node.isNull: Text("nothing", ko: "빈 값")
    case .scalar(let text, plain: true): Text("`\(text)`", ko: "`\(text)`")
    case .scalar(let text, plain: false): Text("the text `\"\(text)\"`", ko: "글 `\"\(text)\"`")
    }
  }

  /// What stands in quotes, when it would be a number or a truth value without them.
  private static func unquoted(_ node: YAMLNode) -> String? {
    guard case .scalar(let text, plain: false) = node.kind else { return nil }
    let plain = YAMLNode(.scalar(text, plain: true), at: node.location).resolved
    return plain.int != nil || plain.bool != nil ? text : nil
  }
}
