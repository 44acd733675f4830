/// Where and why a text is no expression.
struct ExpressionSyntaxError: Error {
  var column: Int
  var message: String
}

/// Reads the grammar of the language definition (cel-spec, `doc/langdef.md`) by recursive descent: one
/// function for each level of precedence.
struct ExpressionParser {
  private let tokens: [ExpressionToken]
  private var position = 0
  private var depth = 0
  private static let depthLimit = 100
  /// Of the expression that was read last: how many nodes stand one within another.
  private var height = 0
  private static let heightLimit = 150

  init(_ text: String) throws(ExpressionSyntaxError) {
    var lexer = ExpressionLexer(text)
    tokens = try lexer.all()
  }

  mutating func whole() throws(ExpressionSyntaxError) -> Expression {
    let result = try expression()
    guard case .end = tokens[position].kind else { throw unexpected() }
    return result
  }

  private func unexpected() -> ExpressionSyntaxError {
    let token = tokens[position]
    return ExpressionSyntaxError(
      column: token.column, message: "Syntax error: mismatched input '\(token.text)'")
  }

  private func sees(_ symbol: String) -> Bool {
    if case .symbol(let found) = tokens[position].kind { return found == symbol }
    return false
  }

  private mutating func take(_ symbol: String) -> Bool {
    guard sees(symbol) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ symbol: String) throws(ExpressionSyntaxError) {
    guard take(symbol) else { throw unexpected() }
  }

  private mutating func identifier() throws(ExpressionSyntaxError) -> String {
    guard case .identifier(let name) = tokens[position].kind else { throw unexpected() }
    position += 1
    return name
  }

  private mutating func expression() throws(ExpressionSyntaxError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw tooDeep(Self.depthLimit) }
    let test = try binary(level: 0)
    guard take("?") else { return test }
    let most = height
    let yes = try binary(level: 0)
    try expect(":")
    return .conditional(test, yes, try grown(over: most, height, by: try expression()))
  }

  private func tooDeep(_ limit: Int) -> ExpressionSyntaxError {
    ExpressionSyntaxError(
      column: tokens[position].column, message: "expression recursion limit exceeded: \(limit)")
  }

  /// Reads the last part of a node whose other parts are so high. The tree is walked by recursion, so
  /// it must not grow beyond what a stack takes, be it by a chain of points or of operators.
  private mutating func grown<Part>(
    over others: Int..., by part: Part
  ) throws(ExpressionSyntaxError) -> Part {
    try grow(over: others.reduce(0, max))
    return part
  }

  private mutating func grow(over others: Int = 0) throws(ExpressionSyntaxError) {
    height = max(others, height) + 1
    guard height < Self.heightLimit else { throw tooDeep(Self.heightLimit) }
  }

  /// From the loosest to the tightest.
  private static let levels: [[String]] = [
    ["||"], ["&&"], ["==", "!=", "<=", ">=", "<", ">", "in"], ["+", "-"], ["*", "/", "%"],
  ]

  private mutating func binary(level: Int) throws(ExpressionSyntaxError) -> Expression {
    guard level < Self.levels.count else { return try unary() }
    var left = try binary(level: level + 1)
    if level < 2 { return try connected(by: Self.levels[level][0], left, level) }
    while let word = Self.levels[level].first(where: { sees($0) }) {
      position += 1
      left = .binary(word, left, try grown(over: height, by: try binary(level: level + 1)))
    }
    return left
  }

  /// `a || b || c …` is as high as it must be and no higher, since people write long ones.
  private mutating func connected(
    by word: String, _ first: Expression, _ level: Int
  ) throws(ExpressionSyntaxError) -> Expression {
    var parts = [first]
    var most = height
    while take(word) {
      parts.append(try binary(level: level + 1))
      most = max(most, height)
    }
    height = most
    while parts.count > 1 {
      var pairs: [Expression] = []
      for index in stride(from: 0, to: parts.count, by: 2) {
        pairs.append(
          index + 1 < parts.count ? .binary(word, parts[index], parts[index + 1]) : parts[index])
      }
      parts = pairs
      try grow()
    }
    return parts[0]
  }

  private mutating func unary() throws(ExpressionSyntaxError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw tooDeep(Self.depthLimit) }
    if take("!") { return .unary("!", try grown(by: try unary())) }
    if take("-") {
      switch try unary() {
      case .literal(.int(let value)): return .literal(.int(0 &- value))
      case .literal(.double(let value)): return .literal(.double(-value))
      case let other:
        try grow()
        return .unary("-", other)
      }
    }
    return try member()
  }

  private mutating func member() throws(ExpressionSyntaxError) -> Expression {
    var target = try primary()
    while true {
      if take(".") {
        if take("?") {
          let name = try identifier()
          try grow()
          target = .optionalIndex(target, .literal(.string(name)))
          continue
        }
        let name = try identifier()
        if take("(") {
          let values = try grown(over: height, by: try arguments(until: ")"))
          target = try call(name, on: target, values)
        } else {
          try grow()
          target = .select(target, name, isTest: false)
        }
      } else if take("[") {
        let isOptional = take("?")
        let key = try grown(over: height, by: try expression())
        target = isOptional ? .optionalIndex(target, key) : .index(target, key)
        try expect("]")
      } else {
        return target
      }
    }
  }

  private mutating func arguments(until end: String) throws(ExpressionSyntaxError) -> [Expression] {
    var result: [Expression] = []
    var most = 0
    while !take(end) {
      // Only lists have elements that may be missing.
      let isOptional = end == "]" && take("?")
      let element = try expression()
      if isOptional { try grow() }
      result.append(isOptional ? .optionalEntry(element) : element)
      most = max(most, height)
      if take(end) { break }
      try expect(",")
    }
    height = most
    return result
  }

  private mutating func entries()
    throws(ExpressionSyntaxError) -> [(Expression, Expression)]
  {
    var result: [(Expression, Expression)] = []
    var most = 0
    while !take("}") {
      let isOptional = take("?")
      var key = try expression()
      if isOptional {
        try grow()
        key = .optionalEntry(key)
      }
      most = max(most, height)
      try expect(":")
      result.append((key, try expression()))
      most = max(most, height)
      if take("}") { break }
      try expect(",")
    }
    height = most
    return result
  }

  private mutating func primary() throws(ExpressionSyntaxError) -> Expression {
    let token = tokens[position]
    switch token.kind {
    case .literal(let value):
      position += 1
      height = 1
      return .literal(value)
    case .identifier(let name):
      position += 1
      height = 1
      guard take("(") else { return .variable(name) }
      return try call(name, on: nil, try grown(by: try arguments(until: ")")))
    case .symbol("("):
      position += 1
      let inner = try expression()
      try expect(")")
      return inner
    case .symbol("["):
      position += 1
      return .list(try grown(by: try arguments(until: "]")))
    case .symbol("{"):
      position += 1
      return .map(try grown(by: try entries()))
    case .symbol("."):
      // A name from the outermost place, where all names are.
      guard case .identifier = tokens[position + 1].kind else { throw unexpected() }
      position += 1
      return try primary()
    default: throw unexpected()
    }
  }

  /// A call; macros become nodes of their own.
  private func call(_ name: String, on target: Expression?, _ arguments: [Expression])
    throws(ExpressionSyntaxError) -> Expression
  {
    if target == nil, name == "has" {
      guard arguments.count == 1, case .select(let inner, let field, _) = arguments[0] else {
        throw ExpressionSyntaxError(
          column: tokens[position - 1].column, message: "invalid argument to has() macro")
      }
      return .select(inner, field, isTest: true)
    }
    if case .variable(let space)? = target,
      ExpressionFunctions.qualified.contains("\(space).\(name)")
    {
      return .call("\(space).\(name)", nil, arguments)
    }
    let macros = [
      "all", "exists", "exists_one", "existsOne", "filter", "map", "optMap", "optFlatMap",
    ]
    guard let target, macros.contains(name), (2...3).contains(arguments.count),
      case .variable(let variable) = arguments[0]
    else { return .call(name, target, arguments) }
    guard arguments.count == 2 || name == "map" else { return .call(name, target, arguments) }
    return .comprehension(
      name, over: target, name: variable,
      arguments.count == 3 ? arguments[1] : name == "map" ? .literal(.bool(true)) : arguments[1],
      transform: name == "map" ? arguments[arguments.count - 1] : nil)
  }
}
