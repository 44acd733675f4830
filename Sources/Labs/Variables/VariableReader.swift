import Documents
import Support

/// Reads `variables:` of the front matter.
enum VariableReader {
  /// One kind of variable.
  private struct Kind: Sendable {
    var name: String
    /// What it takes, for messages and for the schema.
    var wanted: Text
    var schema: JSONValue
    var read: @Sendable (YAMLNode) -> VariableDeclaration.Source?
  }

  private static let rangeSchema: JSONValue = [
    "type": "string", "pattern": "^ *[0-9]+ *- *[0-9]+ *$",
  ]

  private static let kinds = [
    Kind(
      name: "port", wanted: Text("a range such as 8000-8999", ko: "8000-8999 같은 범위"),
      schema: rangeSchema
    ) { node in
      range(node).flatMap {
        $0.lowerBound >= 1 && $0.upperBound <= 65535 ? .port($0) : nil
      }
    },
    Kind(
      name: "name", wanted: Text("a prefix such as `web`", ko: "`web` 같은 접두사"),
      schema: ["type": "string"]
    ) { node in node.text.flatMap { Identifier.isValid($0) ? .name(prefix: $0) : nil } },
    Kind(
      name: "number", wanted: Text("a range such as 5-9", ko: "5-9 같은 범위"), schema: rangeSchema
    ) { node in range(node).map { .number($0) } },
    Kind(
      name: "choice", wanted: Text("a list of texts", ko: "글의 목록"),
      schema: ["type": "array", "minItems": 1, "items": Shape.reference("text")]
    ) { node in
      node.sequence.flatMap { items in
        let texts = items.compactMap(\.text)
        return texts.isEmpty || texts.count < items.count ? nil : .choice(texts)
      }
    },
    Kind(
      name: "constant", wanted: Text("a text", ko: "글"), schema: Shape.reference("text")
    ) { node in node.text.map { .constant($0) } },
    Kind(
      name: "token", wanted: Text("a length from 1 to 64", ko: "1부터 64까지의 길이"),
      schema: ["type": "integer", "minimum": 1, "maximum": 64]
    ) { node in
      node.resolved.int.flatMap { (1...64).contains($0) ? .token(length: $0) : nil }
    },
  ]

  /// The names of the kinds.
  static var kindNames: [String] { kinds.map(\.name) }

  /// `variables` of a front matter, as a schema.
  private static let schema: JSONValue = {
    let properties = JSONObject(kinds.map { ($0.name, $0.schema) })
    return [
      "type": "object",
      "propertyNames": ["pattern": "^[a-z][a-z0-9_]*$"],
      "additionalProperties": [
        "type": "object", "properties": .object(properties), "minProperties": 1,
        "maxProperties": 1, "additionalProperties": false,
      ],
    ]
  }()

  static func read(_ fields: inout Fields) -> [VariableDeclaration] {
    let written = fields.node("variables")
    fields.shape.note("variables", .schema(schema))
    guard let node = written else { return [] }
    guard let pairs = node.mapping else {
      fields.reportKind("variables", Text("`name: {kind: …}` pairs", ko: "`이름: {종류: …}` 쌍"), node)
      return []
    }
    return pairs.compactMap { pair in
      let name = pair.key.text ?? ""
      guard Identifier.isValid(name), !name.contains("-"),
        !VariableDeclaration.reserved.contains(name)
      else {
        fields.report(
          "lab.bad-variable",
          Text("a variable cannot be called `\(name)`", ko: "`\(name)`은(는) 변수 이름으로 쓸 수 없습니다"),
          hint: VariableDeclaration.reserved.contains(name)
            ? Text("this name has a meaning of its own", ko: "이 이름은 다른 뜻으로 쓰입니다")
            : Text(
              "lower case letters, digits and `_`, beginning with a letter",
              ko: "소문자로 시작하고 소문자, 숫자, `_`만 씁니다"), at: pair.key.location)
        return nil
      }
      return source(pair.value, name, &fields).map {
        VariableDeclaration(name: name, source: $0, location: pair.key.location)
      }
    }
  }

  /// The names that `variables` has and `read` could make nothing of; nil when it is no mapping.
  static func unread(_ fields: Fields, _ declarations: [VariableDeclaration]) -> Set<String>? {
    guard let node = fields.entry("variables") else { return [] }
    guard let pairs = node.mapping else { return nil }
    return Set(pairs.compactMap(\.key.text)).subtracting(declarations.map(\.name))
  }

  private static func source(
    _ node: YAMLNode, _ name: String, _ fields: inout Fields
  ) -> VariableDeclaration.Source? {
    guard let pair = node.mapping?.first, node.mapping?.count == 1, let name = pair.key.text else {
      fields.reportKind(name, Text("one `kind: value`", ko: "`종류: 값` 하나"), node)
      return nil
    }
    guard let kind = kinds.first(where: { $0.name == name }) else {
      let known = kinds.map(\.name)
      fields.report(
        "lab.unknown-key", Text("no kind of variable `\(name)`", ko: "`\(name)`이라는 변수 종류는 없습니다"),
        hint: Suggestion.nearest(to: name, in: known).map(Text.meant) ?? .list(of: known),
        at: pair.key.location)
      return nil
    }
    if let source = kind.read(pair.value) { return source }
    fields.reportKind(name, kind.wanted, pair.value)
    return nil
  }

  private static func range(_ node: YAMLNode) -> ClosedRange<Int>? {
    let parts = (node.text ?? "").split(separator: "-").map { Int($0.trimmed) }
    guard parts.count == 2, let low = parts[0], let high = parts[1], low <= high else { return nil }
    return low...high
  }
}
