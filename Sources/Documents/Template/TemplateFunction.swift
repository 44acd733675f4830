/// A function a template can call: what it takes and what it does.
struct TemplateFunction: Sendable {
  enum Parameter: Sendable { case any, string, int, strings }

  /// What a function throws; the executor adds where.
  struct Failure: Error {
    var message: String
    init(_ message: String) { self.message = message }
  }

  var parameters: [Parameter]
  /// The parameter that may be repeated any number of times after the others.
  var variadic: Parameter?
  var body: @Sendable ([TemplateValue]) throws -> TemplateValue

  init(
    _ parameters: [Parameter], variadic: Parameter? = nil,
    _ body: @escaping @Sendable ([TemplateValue]) throws -> TemplateValue
  ) {
    self.parameters = parameters
    self.variadic = variadic
    self.body = body
  }

  static func named(_ name: String) -> TemplateFunction? {
    table[name]
  }

  static func isDefined(_ name: String) -> Bool { table[name] != nil }

  /// What the count should have been, when it is wrong.
  func mismatch(count: Int) -> String? {
    if variadic != nil { return count < parameters.count ? "at least \(parameters.count)" : nil }
    return count == parameters.count ? nil : "\(parameters.count)"
  }

  /// Why `value` cannot be the argument at `place`; `operand` is nil for a piped value.
  func complaint(about value: TemplateValue, at place: Int, operand: TemplateOperand?) -> String? {
    let wanted = place < parameters.count ? parameters[place] : variadic ?? .any
    let fits: Bool
    let name: String
    switch wanted {
    case .any: return nil
    case .string: (fits, name) = (value.json?.string != nil, "string")
    case .int:
      if case .integer? = value.json { fits = true } else { fits = false }
      name = "int"
    case .strings: (fits, name) = (value.json?.array != nil || value.json == .null, "[]string")
    }
    if fits { return nil }
    if let operand, case .constant = operand.kind, wanted != .strings {
      return "expected \(wanted == .int ? "integer" : name); found \(operand.source)"
    }
    return "wrong type for value; expected \(name); got \(TemplateValue.typeName(value.json))"
  }

  private static let table: [String: TemplateFunction] =
    dockerFunctions.merging(comparisons) { $1 }.merging(builtins) { $1 }

  /// What docker adds to Go's own.
  private static let dockerFunctions: [String: TemplateFunction] = [
    "json": TemplateFunction([.any]) { .init(json: .string(($0[0].json ?? .null).text())) },
    "split": TemplateFunction([.string, .string]) { arguments in
      let (text, separator) = (arguments[0].text, arguments[1].text)
      let parts = separator.isEmpty ? text.map(String.init) : text.components(around: separator)
      return .init(json: .array(parts.map(JSONValue.string)))
    },
    "join": TemplateFunction([.strings, .string]) { arguments in
      let parts = (arguments[0].json?.array ?? []).map {
        $0 == .null ? "<nil>" : TemplateValue($0, isMap: true).text
      }
      return .init(json: .string(parts.joined(separator: arguments[1].text)))
    },
    "title": TemplateFunction([.string]) { arguments in
      var result = ""
      var startsWord = true
      for character in arguments[0].text {
        result += startsWord ? character.uppercased() : String(character)
        startsWord =
          !(character.isLetter || character.isNumber || character == "_" || character == "'")
      }
      return .init(json: .string(result))
    },
    "lower": TemplateFunction([.string]) { .init(json: .string($0[0].text.lowercased())) },
    "upper": TemplateFunction([.string]) { .init(json: .string($0[0].text.uppercased())) },
    "pad": TemplateFunction([.string, .int, .int]) { arguments in
      let text = arguments[0].text
      if text.isEmpty { return arguments[0] }
      let spaces = { (value: TemplateValue) in
        String(repeating: " ", count: min(max(0, value.json?.int ?? 0), 10_000))
      }
      return .init(json: .string(spaces(arguments[1]) + text + spaces(arguments[2])))
    },
    "truncate": TemplateFunction([.string, .int]) { arguments in
      let length = max(0, arguments[1].json?.int ?? 0)
      return .init(
        json: .string(String(arguments[0].text.unicodeScalars.prefix(length).map(Character.init))))
    },
  ]
}

extension String {
  /// The pieces between occurrences of `separator`, which must not be empty.
  fileprivate func components(around separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
