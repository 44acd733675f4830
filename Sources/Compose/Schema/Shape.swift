/// What a value of the compose model may look like: the compose specification's schema as a table
/// in Swift, which the reader checks a file against before anything else looks at it.
indirect enum Shape: Sendable {
  /// A string; a number or boolean written without quotes is none.
  case string
  /// A string or a number (sizes, ports, processor shares).
  case scalar
  /// A whole or broken number, also as a string.
  case number
  /// A whole number, also as a string.
  case integer
  /// `true` or `false`, also as a string after interpolation.
  case boolean
  /// A length of time, `1m30s`.
  case duration
  /// One of some words.
  case choice([String])
  /// Anything: extension fields and driver options.
  case any
  case null
  case list(Shape)
  /// A mapping with any keys.
  case map(Shape)
  case object(ObjectShape)
  /// The first that fits the kind of node decides.
  case either([Shape])

  /// `[a, b]` or `a`.
  static let strings = Shape.list(.string)
  static let stringOrStrings = Shape.either([.string, strings])
  /// `{A: 1}` or `[A=1]`.
  static let pairs = Shape.either([.map(.either([.scalar, .boolean, .null])), strings])
  static let command = Shape.either([.null, .string, strings])
}

/// A mapping with known keys. Keys that begin with `x-` are always allowed, and ignored.
struct ObjectShape: Sendable {
  var members: [String: Shape]
  var required: [String]

  init(_ members: [String: Shape], required: [String] = []) {
    self.members = members
    self.required = required
  }
}

extension Shape {
  static func object(_ members: [String: Shape], required: [String] = []) -> Shape {
    .object(ObjectShape(members, required: required))
  }

  /// A phrase for messages: what was expected.
  var phrase: (en: String, ko: String) {
    switch self {
    case .string: ("a string", "문자열")
    case .scalar: ("a string or a number", "문자열 또는 숫자")
    case .number: ("a number", "숫자")
    case .integer: ("an integer", "정수")
    case .boolean: ("a boolean (true or false)", "불리언(true 또는 false)")
    case .duration: ("a duration such as 1m30s", "1m30s 같은 시간")
    case .choice(let words):
      ("one of \(words.joined(separator: ", "))", words.joined(separator: ", ") + " 중 하나")
    case .any: ("anything", "아무 값")
    case .null: ("nothing", "빈 값")
    case .list: ("a list", "목록")
    case .map, .object: ("a mapping", "매핑")
    case .either(let shapes):
      (
        shapes.map(\.phrase.en).joined(separator: " or "),
        shapes.map(\.phrase.ko).joined(separator: " 또는 ")
      )
    }
  }
}
