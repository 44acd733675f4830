// Rules that users write: the Common Expression Language (CEL, https://cel.dev), in which policies,
// webhooks and the schemas of custom resources say what must hold.
//
//     object.spec.replicas <= 5 && object.metadata.labels.all(k, k.startsWith("app"))
//
// A text becomes a tree of these nodes (`ExpressionParser.swift`); the tree is walked with the values of
// its variables (`Evaluation.swift`). An expression cannot loop, call out or change anything, so the
// server may run what anybody wrote.
//
// Simplification: types are found when an expression runs, not when it is compiled; there are no
// protobuf messages.

import Documents

/// One node of an expression.
indirect enum Expression: Sendable {
  case literal(ExpressionValue)
  case variable(String)
  /// `target.field`; `isTest` when it stands in `has(…)`.
  case select(Expression, String, isTest: Bool)
  case index(Expression, Expression)
  /// `target.?field` and `target[?key]`: a value that may be missing.
  case optionalIndex(Expression, Expression)
  /// `?element` of a list, or `?key` of a map: left out when it is missing.
  case optionalEntry(Expression)
  case list([Expression])
  case map([(Expression, Expression)])
  case unary(String, Expression)
  case binary(String, Expression, Expression)
  case conditional(Expression, Expression, Expression)
  /// A function, or with a target a method.
  case call(String, Expression?, [Expression])
  /// `list.all(name, body)` and its kin; `transform` is the last part of `map` with three.
  case comprehension(String, over: Expression, name: String, Expression, transform: Expression?)

  /// The names that the expression uses and does not define itself.
  var freeVariables: Set<String> {
    switch self {
    case .literal: []
    case .variable(let name): [name]
    case .select(let target, _, _), .unary(_, let target), .optionalEntry(let target):
      target.freeVariables
    case .index(let one, let two), .binary(_, let one, let two), .optionalIndex(let one, let two):
      one.freeVariables.union(two.freeVariables)
    case .list(let elements): Self.all(elements)
    case .map(let entries): Self.all(entries.flatMap { [$0.0, $0.1] })
    case .conditional(let test, let yes, let no): Self.all([test, yes, no])
    case .call(_, let target, let arguments): Self.all(arguments + (target.map { [$0] } ?? []))
    case .comprehension(_, let over, let name, let body, let transform):
      over.freeVariables.union(
        body.freeVariables.union(transform?.freeVariables ?? []).subtracting([name]))
    }
  }

  private static func all(_ parts: [Expression]) -> Set<String> {
    parts.reduce(into: []) { $0.formUnion($1.freeVariables) }
  }
}

/// Why an expression cannot be compiled or has no value.
struct ExpressionError: Error, Equatable {
  var message: String

  init(_ message: String) {
    self.message = message
  }
}

/// An expression that has been read, and may be run any number of times.
struct CompiledExpression: Sendable {
  let text: String
  let root: Expression

  /// Reads `text`, which may use `variables`. Throws in the words of kube-apiserver.
  init(_ text: String, variables: Set<String>) throws(ExpressionError) {
    self.text = text
    do {
      var parser = try ExpressionParser(text)
      root = try parser.whole()
    } catch {
      throw ExpressionError(
        "compilation failed: ERROR: <input>:1:\(error.column): \(error.message)")
    }
    let known = variables.union(Self.types)
    if let name = root.freeVariables.subtracting(known).sorted().first {
      throw ExpressionError(
        "compilation failed: ERROR: <input>:1:1: undeclared reference to '\(name)' (in container '')"
      )
    }
  }

  /// Types are values too: `type(x) == int`.
  static let types: Set<String> = [
    "int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type",
  ]

  /// The value with these variables.
  func value(_ variables: [String: ExpressionValue]) throws(ExpressionError) -> ExpressionValue {
    var evaluation = Evaluation(variables: variables)
    return try evaluation.value(root)
  }

  /// The same, paid out of a budget that others share.
  func value(_ variables: [String: ExpressionValue], within budget: inout Int)
    throws(ExpressionError) -> ExpressionValue
  {
    var evaluation = Evaluation(variables: variables, budget: budget)
    let whole = evaluation.left
    defer { budget = max(0, budget - (whole - evaluation.left)) }
    return try evaluation.value(root)
  }

  /// Whether it holds; what is no truth value is an error.
  func holds(_ variables: [String: ExpressionValue]) throws(ExpressionError) -> Bool {
    guard case .bool(let result) = try value(variables) else {
      throw ExpressionError("must evaluate to bool")
    }
    return result
  }
}
