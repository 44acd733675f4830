/// The functions every Go template has.
extension TemplateFunction {
  static let builtins: [String: TemplateFunction] = [
    "and": TemplateFunction([.any], variadic: .any) { $0[0] },
    "or": TemplateFunction([.any], variadic: .any) { $0[0] },
    "not": TemplateFunction([.any]) { .init(json: .bool(!$0[0].isTrue)) },
    "len": TemplateFunction([.any]) { arguments in
      let count: Int
      switch arguments[0].json {
      case .string(let text)?: count = text.utf8.count
      case .array(let elements)?: count = elements.count
      case .object(let members)? where arguments[0].isMap: count = members.count
      case nil, .null?:
        guard arguments[0].nullText.hasSuffix("[]") else { throw Failure("len of nil pointer") }
        count = 0
      default: throw Failure("len of type \(TemplateValue.typeName(arguments[0].json))")
      }
      return .init(json: .integer(Int64(count)))
    },
    "index": TemplateFunction([.any], variadic: .any) { arguments in
      try arguments.dropFirst().reduce(arguments[0]) { try index($0, by: $1) }
    },
    "slice": TemplateFunction([.any], variadic: .int) { try slice($0) },
    "print": TemplateFunction([], variadic: .any) { arguments in
      var result = ""
      for (place, argument) in arguments.enumerated() {
        // A space only between two values neither of which is a string.
        if place > 0, argument.json?.string == nil, arguments[place - 1].json?.string == nil {
          result += " "
        }
        result += argument.text
      }
      return .init(json: .string(result))
    },
    "println": TemplateFunction([], variadic: .any) { arguments in
      .init(json: .string(arguments.map(\.text).joined(separator: " ") + "\n"))
    },
    "printf": TemplateFunction([.string], variadic: .any) { arguments in
      .init(json: .string(GoPrintf.format(arguments[0].text, Array(arguments.dropFirst()))))
    },
    "html": TemplateFunction([], variadic: .any) { arguments in
      let text = arguments.map(\.text).joined()
      return .init(json: .string(text.reduce(into: "") { $0 += htmlEscape($1) }))
    },
    "urlquery": TemplateFunction([], variadic: .any) { arguments in
      let text = arguments.map(\.text).joined()
      return .init(json: .string(text.utf8.reduce(into: "") { $0 += queryEscape($1) }))
    },
  ]

  private static func index(_ value: TemplateValue, by key: TemplateValue) throws -> TemplateValue {
    switch (value.json, key.json) {
    case (.array(let elements)?, .integer(let place)?):
      guard elements.indices.contains(Int(clamping: place)) else {
        throw Failure("index out of range: \(place)")
      }
      var element = value
      element.json = elements[Int(place)]
      element.isMap = value.shape == nil
      element.nullText = "<nil>"
      return element
    case (.string(let text)?, .integer(let place)?):
      let bytes = Array(text.utf8)
      guard bytes.indices.contains(Int(clamping: place)) else {
        throw Failure("index out of range: \(place)")
      }
      return .init(json: .integer(Int64(bytes[Int(place)])))
    case (.object(let members)?, .string(let name)?):
      var member = value
      member.isMap = value.shape == nil
      // Go gives the zero value of the element's type; in a map of strings that is empty text.
      let areStrings = members.values.allSatisfy { $0.string != nil }
      member.json = members[name] ?? (areStrings && !members.isEmpty ? "" : nil)
      return member
    case (.array?, _), (.string?, _):
      throw Failure("cannot index slice/array with type \(TemplateValue.typeName(key.json))")
    case (.object?, _):
      throw Failure("value has type \(TemplateValue.typeName(key.json)); should be string")
    case (nil, _), (.null?, _): throw Failure("index of untyped nil")
    case (let other?, _): throw Failure("can't index item of type \(TemplateValue.typeName(other))")
    }
  }

  private static func slice(_ arguments: [TemplateValue]) throws -> TemplateValue {
    let bounds = arguments.dropFirst().map { $0.json?.int ?? 0 }
    guard bounds.count <= 2 else { throw Failure("too many slice indexes: \(bounds.count)") }
    let bytes = arguments[0].json?.string.map { Array($0.utf8) }
    let elements = arguments[0].json?.array
    guard let count = bytes?.count ?? elements?.count else {
      throw Failure("can't slice item of type \(TemplateValue.typeName(arguments[0].json))")
    }
    let low = bounds.first ?? 0
    let high = bounds.count > 1 ? bounds[1] : count
    for bound in [low, high] where !(0...count).contains(bound) {
      throw Failure("index out of range: \(bound)")
    }
    guard low <= high else { throw Failure("invalid slice index: \(low) > \(high)") }
    if let bytes { return .init(json: .string(String(decoding: bytes[low..<high], as: UTF8.self))) }
    return .init(json: .array(Array((elements ?? [])[low..<high])))
  }

  private static func htmlEscape(_ character: Character) -> String {
    switch character {
    case "<": "&lt;"
    case ">": "&gt;"
    case "&": "&amp;"
    case "\"": "&#34;"
    case "'": "&#39;"
    default: String(character)
    }
  }

  private static func queryEscape(_ byte: UInt8) -> String {
    let character = Character(Unicode.Scalar(byte))
    if byte < 0x80, character.isLetter || character.isNumber || "-_.~".contains(character) {
      return String(character)
    }
    if byte == 0x20 { return "+" }
    let hex = String(byte, radix: 16, uppercase: true)
    return "%" + (hex.count < 2 ? "0" : "") + hex
  }
}
