// `lab schema`: the lab format for editors and other programs. Nothing here lists keys: each part is
// what its reader asks for when it is given an empty mapping.

import Documents
import Support

/// The lab format as a JSON Schema.
package enum LabSchema {
  /// The parts that can be asked for, the whole front matter first.
  package static let parts = [
    "front-matter", "translation", "checks", "check", "answer", "quiz",
  ]

  /// The schema whose root is `part`; the other parts are among its definitions.
  package static func document(_ part: String = parts[0]) -> JSONValue {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("dklab lab format \(FormatVersion.current): \(part)"),
      "$ref": .string("#/$defs/\(part)"),
      "$defs": [
        "front-matter": frontMatter, "translation": translation,
        "checks": ["type": "array", "minItems": 1, "items": Shape.reference("check")],
        "check": check, "answer": answer, "quiz": quiz,
        "text": ["type": ["string", "number", "boolean"]],
        "variable": ["type": "string", "pattern": "\\{\\{[a-z][a-z0-9_]*\\}\\}"],
      ],
      "x-fences": fences,
    ]
  }

  /// What `read` asks an empty mapping for.
  static func shape(raw: Bool = false, _ read: (inout Fields) -> Void) -> Shape {
    var fields = Fields(
      YAMLNode(.mapping([]), at: SourceLocation(file: "")), of: "",
      variables: Variables(values: [:]),
      raw: raw)
    read(&fields)
    return fields.shape
  }

  private static var frontMatter: JSONValue {
    shape(raw: true) { _ = LabReader.head(&$0, "") }.schema(variables: false)
  }

  private static var translation: JSONValue {
    shape(raw: true) { fields in
      var lab = LabReader.head(&fields, "")
      fields.shape = Shape()
      _ = TranslationReader.head(&fields, &lab)
    }.schema(variables: false)
  }

  private static var check: JSONValue {
    let own = shape(raw: true) { _ = CheckReader.OwnKeys(&$0, type: "") }
    guard var object = own.schema(variables: false).object,
      var properties = object["properties"]?.object
    else { return [:] }
    for type in CheckTypes.all {
      properties[type.type] = shape { _ = type.init(&$0) }.schema(shorthand: type.shorthand)
    }
    object["properties"] = .object(properties)
    object["oneOf"] = .array(CheckTypes.names.map { Shape.having([$0]) })
    return .object(object)
  }

  private static var answer: JSONValue {
    shape { _ = QuestionReader.comparison(&$0) }.schema()
  }

  private static var quiz: JSONValue {
    func read(_ items: [(key: YAMLNode, value: YAMLNode)]) -> Shape {
      let place = SourceLocation(file: "")
      let key = YAMLNode(.scalar("items", plain: true), at: place)
      var fields = Fields(
        YAMLNode(.mapping([(key, YAMLNode(.mapping(items), at: place))]), at: place), of: "",
        variables: Variables(values: [:]), raw: true)
      _ = QuizReader.quiz(&fields, id: "", location: place)
      return fields.shape
    }
    let item = YAMLNode(.scalar("item", plain: true), at: SourceLocation(file: ""))
    return read([]).merged(with: read([(item, item)])).schema(variables: false)
  }

  /// The kinds of fences, with how many ids follow and which attributes are known.
  private static var fences: JSONValue {
    let mechanics = FenceKind.mechanics.sorted { $0.key < $1.key }.map { kind, shape in
      let attributes = shape.attributes.sorted().map { JSONValue.string($0) }
      let value: JSONValue = [
        "ids": .integer(Int64(shape.words)), "attributes": .array(attributes),
      ]
      return (kind, value)
    }
    return [
      "mechanics": .object(JSONObject(mechanics)),
      "shown": .array(FenceKind.shown.sorted().map { .string($0) }),
    ]
  }
}

extension LiveValue {
  /// `equals` of an answer: one of the types, with its arguments.
  static let schema: JSONValue = {
    let place = SourceLocation(file: "")
    let properties = types.map { type -> (String, JSONValue) in
      let key = YAMLNode(.scalar(type, plain: true), at: place)
      let node = YAMLNode(.mapping([(key, YAMLNode(.mapping([]), at: place))]), at: place)
      var fields = Fields(node, of: "", variables: Variables(values: [:]))
      _ = LiveValue(node, &fields)
      return (type, fields.absorbedShape?.schema(shorthand: shorthand(type)) ?? [:])
    }
    return [
      "type": "object", "properties": .object(JSONObject(properties)), "minProperties": 1,
      "maxProperties": 1, "additionalProperties": false,
    ]
  }()
}
