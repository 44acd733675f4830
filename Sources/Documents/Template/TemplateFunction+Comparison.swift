/// `eq ne lt le gt ge`: Go compares only values of the same basic kind.
extension TemplateFunction {
  static let comparisons: [String: TemplateFunction] = [
    "eq": TemplateFunction([.any], variadic: .any) { arguments in
      guard arguments.count > 1 else { throw Failure("missing argument for comparison") }
      return .init(json: .bool(try arguments.dropFirst().contains { try equal(arguments[0], $0) }))
    },
    "ne": TemplateFunction([.any, .any]) { .init(json: .bool(!(try equal($0[0], $0[1])))) },
    "lt": TemplateFunction([.any, .any]) { .init(json: .bool(try less($0[0], $0[1]))) },
    "le": TemplateFunction([.any, .any]) { .init(json: .bool(!(try less($0[1], $0[0])))) },
    "gt": TemplateFunction([.any, .any]) { .init(json: .bool(try less($0[1], $0[0]))) },
    "ge": TemplateFunction([.any, .any]) { .init(json: .bool(!(try less($0[0], $0[1])))) },
  ]

  private static func equal(_ left: TemplateValue, _ right: TemplateValue) throws -> Bool {
    switch (left.json ?? .null, right.json ?? .null) {
    case (.null, .null): true
    case (.null, _), (_, .null): false
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array, .array), (.object, .object): throw Failure("non-comparable types")
    default: throw Failure("incompatible types for comparison")
    }
  }

  private static func less(_ left: TemplateValue, _ right: TemplateValue) throws -> Bool {
    switch (left.json ?? .null, right.json ?? .null) {
    case (.integer(let a), .integer(let b)): a < b
    case (.number(let a), .number(let b)): a < b
    // Go compares bytes, not by a language's rules.
    case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.integer, _), (.number, _), (.string, _):
      throw Failure("incompatible types for comparison")
    default: throw Failure("invalid type for comparison")
    }
  }
}
