import Documents

/// Which objects are meant, by their labels: `app=web,tier in (a,b),!canary`.
package struct LabelSelector: Sendable, Equatable {
  /// One condition; all of them must hold.
  package enum Requirement: Sendable, Equatable {
    case isIn(String, [String])
    case notIn(String, [String])
    case exists(String)
    case missing(String)
    case greater(String, Int)
    case less(String, Int)
  }

  package var requirements: [Requirement]

  /// Matches everything.
  package static let everything = LabelSelector([])

  package init(_ requirements: [Requirement]) {
    self.requirements = requirements
  }

  /// Every label of `labels`, with that value.
  package init(labels: [String: String]) {
    requirements = labels.sorted { $0.key < $1.key }.map { .isIn($0.key, [$0.value]) }
  }

  /// Whether an object with these labels is meant. A label that is missing is `notIn` everything.
  package func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .isIn(let key, let values): labels[key].map(values.contains) ?? false
      case .notIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
      case .exists(let key): labels[key] != nil
      case .missing(let key): labels[key] == nil
      case .greater(let key, let bound): labels[key].flatMap(Int.init).map { $0 > bound } ?? false
      case .less(let key, let bound): labels[key].flatMap(Int.init).map { $0 < bound } ?? false
      }
    }
  }

  /// A `meta/v1.LabelSelector`: `matchLabels` and `matchExpressions`. Nil selects nothing, an empty
  /// one everything.
  package init?(object: JSONValue?) {
    guard let object, !object.isNull else { return nil }
    var requirements = LabelSelector(labels: object.map("matchLabels")).requirements
    for expression in object.list("matchExpressions") {
      let key = expression.text("key")
      let values = expression.list("values").compactMap(\.string)
      switch expression.text("operator") {
      case "In": requirements.append(.isIn(key, values))
      case "NotIn": requirements.append(.notIn(key, values))
      case "Exists": requirements.append(.exists(key))
      case "DoesNotExist": requirements.append(.missing(key))
      default: return nil
      }
    }
    self.requirements = requirements
  }
}

extension LabelSelector {
  /// Reads the text of a query parameter.
  package init(parsing text: String) throws(APIError) {
    var parser = LabelSelectorParser(text)
    requirements = try parser.parse()
  }
}

extension LabelSelector: CustomStringConvertible {
  package var description: String {
    requirements.map { requirement in
      switch requirement {
      case .isIn(let key, let values) where values.count == 1: "\(key)=\(values[0])"
      case .isIn(let key, let values): "\(key) in (\(values.sorted().joined(separator: ",")))"
      case .notIn(let key, let values) where values.count == 1: "\(key)!=\(values[0])"
      case .notIn(let key, let values): "\(key) notin (\(values.sorted().joined(separator: ",")))"
      case .exists(let key): key
      case .missing(let key): "!\(key)"
      case .greater(let key, let bound): "\(key)>\(bound)"
      case .less(let key, let bound): "\(key)<\(bound)"
      }
    }.joined(separator: ",")
  }
}

/// The grammar of label selectors.
private struct LabelSelectorParser {
  private let text: String
  private var tokens: [Token] = []
  private var position = 0

  private enum Token: Equatable {
    case word(String)
    case mark(String)
  }

  init(_ text: String) {
    self.text = text
    tokens = Self.tokens(of: text)
  }

  private static func tokens(of text: String) -> [Token] {
    var tokens: [Token] = []
    var word = ""
    func flush(_ word: inout String) {
      if !word.isEmpty { tokens.append(.word(word)) }
      word = ""
    }
    for character in text {
      switch character {
      case " ", "\t", "\n", "\r": flush(&word)
      case "=", "!", "(", ")", ",", "<", ">":
        flush(&word)
        if character == "=", case .mark(let last)? = tokens.last, last == "=" || last == "!" {
          tokens[tokens.count - 1] = .mark(last + "=")
        } else {
          tokens.append(.mark(String(character)))
        }
      default: word.append(character)
      }
    }
    flush(&word)
    return tokens
  }

  private var next: Token? { position < tokens.count ? tokens[position] : nil }

  private func problem(_ expected: String) -> APIError {
    let found =
      switch next {
      case .word(let word): word
      case .mark(let mark): mark
      case nil: ""
      }
    return .badRequest(
      "unable to parse requirement: found '\(found)', expected: \(expected)")
  }

  mutating func parse() throws(APIError) -> [LabelSelector.Requirement] {
    var result: [LabelSelector.Requirement] = []
    while next != nil {
      result.append(try requirement())
      guard next != nil else { break }
      guard next == .mark(",") else { throw problem("',' or 'end of string'") }
      position += 1
      if next == nil { throw problem("identifier after ','") }
    }
    return result
  }

  private mutating func requirement() throws(APIError) -> LabelSelector.Requirement {
    let negated = next == .mark("!")
    if negated { position += 1 }
    guard case .word(let key)? = next else { throw problem("!, identifier, or 'end of string'") }
    position += 1
    if let wrong = Names.qualifiedNameProblem(key) {
      throw .badRequest("unable to parse requirement: <nil>: Invalid value: \"\(key)\": \(wrong)")
    }
    if negated { return .missing(key) }
    switch next {
    case nil, .mark(","): return .exists(key)
    case .mark("="), .mark("=="):
      position += 1
      return .isIn(key, [try value(key)])
    case .mark("!="):
      position += 1
      return .notIn(key, [try value(key)])
    case .mark(">"), .mark("<"):
      let greater = next == .mark(">")
      position += 1
      guard let bound = Int(try value(key)) else { throw problem("integer") }
      return greater ? .greater(key, bound) : .less(key, bound)
    case .word("in"):
      position += 1
      return .isIn(key, try set(key))
    case .word("notin"):
      position += 1
      return .notIn(key, try set(key))
    default: throw problem("in, notin, =, ==, !=, gt, lt")
    }
  }

  private mutating func value(_ key: String) throws(APIError) -> String {
    guard case .word(let word)? = next else {
      if next == nil || next == .mark(",") { return "" }
      throw problem("identifier")
    }
    position += 1
    if let wrong = Names.labelValueProblem(word) {
      throw .badRequest(
        "unable to parse requirement: values[0][\(key)]: Invalid value: \"\(word)\": \(wrong)")
    }
    return word
  }

  private mutating func set(_ key: String) throws(APIError) -> [String] {
    guard next == .mark("(") else { throw problem("'('") }
    position += 1
    var values: [String] = []
    while true {
      values.append(try value(key))
      if next == .mark(")") { break }
      guard next == .mark(",") else { throw problem("',' or ')'") }
      position += 1
    }
    position += 1
    return values
  }
}
