import Documents

/// Walks an expression with the values of its variables.
///
/// A budget bounds the work, since a few nested `all`s over a long list are a great many steps.
struct Evaluation {
  private var variables: [String: ExpressionValue]
  private var budget: Int
  private static let wholeBudget = 1_000_000

  /// Of a budget that several expressions share, one gets no more than any other would.
  init(variables: [String: ExpressionValue], budget: Int = .max) {
    self.variables = variables
    self.budget = min(Self.wholeBudget, budget)
  }

  mutating func value(_ expression: Expression) throws(ExpressionError) -> ExpressionValue {
    try pay(1)
    switch expression {
    case .literal(let value): return value
    case .variable(let name):
      if let value = variables[name] { return value }
      if CompiledExpression.types.contains(name) { return .type(name) }
      throw ExpressionError("no such attribute(s): \(name)")
    case .select(let target, let field, let isTest):
      return try select(try value(target), field, isTest: isTest)
    case .index(let target, let key): return try index(try value(target), try value(key))
    case .optionalIndex(let target, let key):
      return .optional(found(in: try value(target), try value(key)))
    case .optionalEntry(let inner): return try value(inner)
    case .list(let elements): return .list(try list(elements))
    case .map(let entries): return .map(try map(entries))
    case .unary(let word, let inner): return try unary(word, try value(inner))
    case .binary("&&", let one, let two): return try logical(one, two, decisive: false)
    case .binary("||", let one, let two): return try logical(one, two, decisive: true)
    case .binary(let word, let one, let two):
      let (left, right) = (try value(one), try value(two))
      try pay(cost(of: word, left, right))
      return try ExpressionOperators.binary(word, left, right)
    case .conditional(let test, let yes, let no):
      guard case .bool(let holds) = try value(test) else {
        throw ExpressionError("no such overload: ?:")
      }
      return try value(holds ? yes : no)
    case .call(let name, let target, let arguments):
      var values: [ExpressionValue] = []
      if let target { values.append(try value(target)) }
      for argument in arguments { values.append(try value(argument)) }
      try pay(cost(ofCall: name, values))
      return try ExpressionFunctions.call(name, values, isMethod: target != nil)
    case .comprehension(let kind, let over, let name, let body, let transform):
      return try comprehension(kind, try value(over), name, body, transform)
    }
  }

  private mutating func list(_ elements: [Expression]) throws(ExpressionError)
    -> [ExpressionValue]
  {
    var result: [ExpressionValue] = []
    for element in elements {
      let found = try value(element)
      guard case .optionalEntry = element else {
        result.append(found)
        continue
      }
      if let present = try optional(found) { result.append(present) }
    }
    return result
  }

  private mutating func map(_ entries: [(Expression, Expression)]) throws(ExpressionError)
    -> [ExpressionValue: ExpressionValue]
  {
    var result: [ExpressionValue: ExpressionValue] = [:]
    for (key, member) in entries {
      let name = try value(key)
      try pay(weight(name))
      let found = try value(member)
      guard case .optionalEntry = key else {
        result[name] = found
        continue
      }
      if let present = try optional(found) { result[name] = present }
    }
    return result
  }

  private func optional(_ value: ExpressionValue) throws(ExpressionError) -> ExpressionValue? {
    guard case .optional(let inner) = value else {
      throw ExpressionError("no such overload: ?\(value.typeName)")
    }
    return inner
  }

  /// What `target[?key]` finds, when it finds something. What is taken out of something that may be missing
  /// may be missing itself.
  private func found(in target: ExpressionValue, _ key: ExpressionValue) -> ExpressionValue? {
    switch target {
    case .optional(let inner): inner.flatMap { found(in: $0, key) }
    case .map(let members):
      members[key] ?? key.text.flatMap(EscapedName.plain).flatMap { members[.string($0)] }
    default: try? index(target, key)
    }
  }

  /// What may still be spent.
  var left: Int { budget }

  private mutating func pay(_ cost: Int) throws(ExpressionError) {
    budget -= min(cost, Self.wholeBudget)
    guard budget > 0 else {
      throw ExpressionError("operation cancelled: actual cost limit exceeded")
    }
  }

  private func select(_ target: ExpressionValue, _ field: String, isTest: Bool)
    throws(ExpressionError) -> ExpressionValue
  {
    if case .optional = target {
      let inner = found(in: target, .string(field))
      return isTest ? .bool(inner != nil && inner != .null) : .optional(inner)
    }
    if case .opaque(.authorizer(let authorizer)) = target, authorizer.stage == .start,
      field == "requestResource", !isTest
    {
      return .opaque(.authorizer(authorizer.requestResource))
    }
    guard case .map(let members) = target else {
      if isTest, target == .null { return .bool(false) }
      throw ExpressionError("no such key: \(field)")
    }
    let found =
      members[.string(field)] ?? EscapedName.plain(field).flatMap { members[.string($0)] }
    if isTest { return .bool(found != nil && found != .null) }
    guard let found else { throw ExpressionError("no such key: \(field)") }
    return found
  }

  private func index(_ target: ExpressionValue, _ key: ExpressionValue)
    throws(ExpressionError) -> ExpressionValue
  {
    switch (target, key) {
    case (.optional, _): return .optional(found(in: target, key))
    case (.list(let elements), _):
      guard let number = key.number, let place = Int(exactly: number),
        elements.indices.contains(place)
      else { throw ExpressionError("index out of bounds: \(key.text ?? key.typeName)") }
      return elements[place]
    case (.map(let members), _):
      guard let found = members[key] else {
        throw ExpressionError("no such key: \(key.text ?? key.typeName)")
      }
      return found
    default: throw ExpressionError("no such overload: _[_]")
    }
  }

  private func unary(_ word: String, _ value: ExpressionValue) throws(ExpressionError)
    -> ExpressionValue
  {
    switch (word, value) {
    case ("!", .bool(let flag)): return .bool(!flag)
    case ("-", .int(let number)) where number != .min: return .int(-number)
    case ("-", .double(let number)): return .double(-number)
    default: throw ExpressionError("no such overload: \(word)_(\(value.typeName))")
    }
  }

  /// `&&` and `||` do not care about an error on one side when the other decides.
  private mutating func logical(_ one: Expression, _ two: Expression, decisive: Bool)
    throws(ExpressionError) -> ExpressionValue
  {
    var failure: ExpressionError?
    for side in [one, two] {
      do throws(ExpressionError) {
        switch try value(side) {
        case .bool(let flag): if flag == decisive { return .bool(decisive) }
        case let other:
          failure = ExpressionError(
            "no such overload: \(decisive ? "_||_" : "_&&_")(\(other.typeName))")
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return .bool(!decisive)
  }

  private mutating func comprehension(
    _ kind: String, _ over: ExpressionValue, _ name: String, _ body: Expression,
    _ transform: Expression?
  ) throws(ExpressionError) -> ExpressionValue {
    if kind == "optMap" || kind == "optFlatMap" {
      guard let inner = try optional(over) else { return .optional(nil) }
      let outer = variables[name]
      defer { variables[name] = outer }
      variables[name] = inner
      let result = try value(body)
      return kind == "optMap" ? .optional(result) : result
    }
    let elements: [ExpressionValue]
    switch over {
    case .list(let list): elements = list
    case .map(let members):
      elements = members.keys.sorted { ($0.compared(to: $1) ?? 0) < 0 }
    default: throw ExpressionError("no such overload: \(kind) of \(over.typeName)")
    }
    let outer = variables[name]
    defer { variables[name] = outer }
    var chosen: [ExpressionValue] = []
    var failure: ExpressionError?
    for element in elements {
      variables[name] = element
      do throws(ExpressionError) {
        guard case .bool(let holds) = try value(body) else {
          throw ExpressionError("no such overload: \(kind)")
        }
        if kind == "all", !holds { return .bool(false) }
        if kind == "exists", holds { return .bool(true) }
        if holds, let transform {
          chosen.append(try value(transform))
        } else if holds {
          chosen.append(element)
        }
      } catch {
        // Somebody later may decide it.
        guard ["all", "exists"].contains(kind) else { throw error }
        failure = error
      }
    }
    if let failure { throw failure }
    switch kind {
    case "all": return .bool(true)
    case "exists": return .bool(false)
    case "exists_one", "existsOne": return .bool(chosen.count == 1)
    default: return .list(chosen)
    }
  }
}

/// Operators with two sides, but for those that may leave one out.
enum ExpressionOperators {
  static func binary(_ word: String, _ one: ExpressionValue, _ two: ExpressionValue)
    throws(ExpressionError) -> ExpressionValue
  {
    switch word {
    case "==": return .bool(one.equals(two))
    case "!=": return .bool(!one.equals(two))
    case "<", "<=", ">", ">=":
      guard let order = one.compared(to: two) else { throw noOverload(word, one, two) }
      switch word {
      case "<": return .bool(order < 0)
      case "<=": return .bool(order <= 0)
      case ">": return .bool(order > 0)
      default: return .bool(order >= 0)
      }
    case "in":
      switch two {
      case .list(let elements): return .bool(elements.contains { $0.equals(one) })
      case .map(let members): return .bool(members[one] != nil)
      default: throw noOverload(word, one, two)
      }
    default: return try arithmetic(word, one, two)
    }
  }

  private static func noOverload(_ word: String, _ one: ExpressionValue, _ two: ExpressionValue)
    -> ExpressionError
  {
    ExpressionError(
      "found no matching overload for '_\(word)_' applied to '(\(one.typeName), \(two.typeName))'")
  }

  private static func arithmetic(_ word: String, _ one: ExpressionValue, _ two: ExpressionValue)
    throws(ExpressionError) -> ExpressionValue
  {
    switch (one, two) {
    case (.int(let left), .int(let right)):
      guard let result = integer(word, left, right) else {
        throw ExpressionError(right == 0 ? "division by zero" : "integer overflow")
      }
      return .int(result)
    case (.uint(let left), .uint(let right)):
      guard let result = integer(word, left, right) else {
        throw ExpressionError(right == 0 ? "division by zero" : "unsigned integer overflow")
      }
      return .uint(result)
    case (.double(let left), .double(let right)):
      switch word {
      case "+": return .double(left + right)
      case "-": return .double(left - right)
      case "*": return .double(left * right)
      case "/": return .double(left / right)
      default: throw noOverload(word, one, two)
      }
    case (.string(let left), .string(let right)) where word == "+": return .string(left + right)
    case (.bytes(let left), .bytes(let right)) where word == "+": return .bytes(left + right)
    case (.list(let left), .list(let right)) where word == "+": return .list(left + right)
    case (.timestamp(let left), .duration(let right)) where "+-".contains(word):
      return .timestamp(try time(word, left, right))
    case (.timestamp(let left), .timestamp(let right)) where word == "-":
      return .duration(try time(word, left, right))
    case (.duration(let left), .timestamp(let right)) where word == "+":
      return .timestamp(try time(word, left, right))
    case (.duration(let left), .duration(let right)) where "+-".contains(word):
      return .duration(try time(word, left, right))
    default: break
    }
    throw noOverload(word, one, two)
  }

  private static func time(_ word: String, _ one: Int64, _ two: Int64)
    throws(ExpressionError) -> Int64
  {
    guard let result = integer(word, one, two) else { throw ExpressionError("integer overflow") }
    return result
  }

  private static func integer<Number: FixedWidthInteger>(
    _ word: String, _ one: Number, _ two: Number
  ) -> Number? {
    let (result, overflow) =
      switch word {
      case "+": one.addingReportingOverflow(two)
      case "-": one.subtractingReportingOverflow(two)
      case "*": one.multipliedReportingOverflow(by: two)
      case "/": two == 0 ? (0, true) : one.dividedReportingOverflow(by: two)
      default: two == 0 ? (0, true) : one.remainderReportingOverflow(dividingBy: two)
      }
    return overflow ? nil : result
  }
}
