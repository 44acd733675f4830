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

  mutating func requiredString(_ key: String) -> String {
    let node = required(key)
    shape.note(key, .text)
    return node.flatMap { string($0, key) } ?? ""
  }

  /// A name, path or address the student is asked for: remembered as mentioned by the check.
  mutating func subjectString(_ key: String) -> String {
    let required = required(key)
    shape.note(key, .text)
    guard let node = required else { return "" }
    if let text = node.text { mention(text, node.location) }
    return string(node, key) ?? ""
  }

  private mutating func string(_ node: YAMLNode, _ key: String) -> String? {
    guard let text = node.text else {
      reportKind(key, Text("a text", ko: "글"), node)
      return nil
    }
    return fill(text, node)
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
      return string(node, key).map { [$0] }
    }
    return elements.compactMap { string($0, key) }
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
      hint: near.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?") }
        ?? .list(of: known), at: location(of: key))
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
      guard let name = pair.key.text, let text = string(pair.value, key) else { return nil }
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
      diagnostics(undeclared: reference.name, at: node.location)
    }
    return variables.fillExactly(text)
  }

  private mutating func diagnostics(undeclared name: String, at location: SourceLocation) {
    report(
      "lab.unknown-variable",
      Text("no variable `\(name)` is declared", ko: "`\(name)` 변수가 선언되지 않았습니다"),
      hint: Suggestion.nearest(to: name, in: variables.values.keys.sorted()).map {
        Text("did you mean `{{\($0)}}`?", ko: "`{{\($0)}}`을(를) 쓰려고 했습니까?")
      } ?? .list(of: variables.values.keys.sorted()), at: location)
  }

  mutating func reportKind(_ key: String, _ kind: Text, _ node: YAMLNode) {
    report(
      "lab.wrong-kind",
      Text("`\(key)` takes \(kind.en)", ko: "`\(key)`에는 \(kind.ko)이(가) 옵니다"), at: node.location)
  }
}
