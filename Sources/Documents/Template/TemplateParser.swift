import Support

/// Builds the tree of a template. The complaints are text/template's, word for word, because
/// docker prints them and people search for them.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var place = 0
  private var variables = ["$"]
  private var rangeDepth = 0

  static func parse(_ source: String) throws -> [TemplateNode] {
    var parser = TemplateParser(tokens: TemplateLexer.tokens(of: source))
    let (nodes, end) = try parser.list()
    switch end {
    case .endOfInput: return nodes
    case .end: throw parser.problem("unexpected {{end}}")
    case .otherwise: throw parser.problem("unexpected {{else}}")
    }
  }

  private init(tokens: [TemplateToken]) {
    self.tokens = tokens
  }

  private enum ListEnd { case endOfInput, end, otherwise }

  /// Nodes up to `{{end}}`, `{{else` (whose rest is still unread) or the end of the input.
  private mutating func list() throws -> ([TemplateNode], ListEnd) {
    var nodes: [TemplateNode] = []
    while true {
      let token = next()
      switch token.kind {
      case .text: nodes.append(.text(token.text))
      case .leftDelimiter:
        let word = nextNonSpace()
        switch (word.kind, word.text) {
        case (.keyword, "end"):
          try expect(.rightDelimiter, in: "end")
          return (nodes, .end)
        case (.keyword, "else"): return (nodes, .otherwise)
        case (.keyword, "if"), (.keyword, "with"), (.keyword, "range"):
          nodes.append(try control(word.text))
        case (.keyword, "break"), (.keyword, "continue"):
          guard rangeDepth > 0 else { throw problem("{{\(word.text)}} outside {{range}}") }
          try expect(.rightDelimiter, in: word.text)
          nodes.append(word.text == "break" ? .breakLoop : .continueLoop)
        default:
          back()
          nodes.append(.output(try pipeline("command", until: .rightDelimiter)))
        }
      case .end: return (nodes, .endOfInput)
      default: throw unexpected(token, "input")
      }
    }
  }

  private mutating func control(_ keyword: String) throws -> TemplateNode {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    let condition = try pipeline(keyword, until: .rightDelimiter)
    if keyword == "range" { rangeDepth += 1 }
    var (body, end) = try list()
    if keyword == "range" { rangeDepth -= 1 }
    var otherwise: [TemplateNode] = []
    if end == .otherwise {
      let word = nextNonSpace()
      if word.kind == .keyword, word.text == keyword, keyword != "range" {
        otherwise = [try control(keyword)]
        end = .end
      } else {
        guard word.kind == .rightDelimiter else { throw unexpected(word, "else") }
        (otherwise, end) = try list()
        if end == .otherwise { throw problem("expected end; found {{else}}") }
      }
    }
    guard end == .end else { throw problem("unexpected EOF") }
    let branch = TemplateNode.Branch(
      movesDot: keyword != "if", pipeline: condition, body: body, otherwise: otherwise)
    return keyword == "range" ? .range(branch) : .branch(branch)
  }

  private mutating func pipeline(
    _ context: String, until end: TemplateToken.Kind
  ) throws -> TemplatePipeline {
    var result = TemplatePipeline()
    try declarations(into: &result, context: context)
    while true {
      let token = nextNonSpace()
      switch token.kind {
      case end:
        if result.commands.isEmpty { throw problem("missing value for \(context)") }
        for (stage, command) in result.commands.enumerated().dropFirst()
        where command.arguments.first?.isExecutable == false {
          throw problem("non executable command in pipeline stage \(stage + 1)")
        }
        return result
      case .boolean, .character, .dot, .field, .identifier, .number, .null, .rawString, .string,
        .variable, .leftParen:
        back()
        result.commands.append(try command())
      default: throw unexpected(token, context)
      }
    }
  }

  /// `$x :=`, `$x =`, and for range `$i, $x :=`.
  private mutating func declarations(
    into pipeline: inout TemplatePipeline, context: String
  ) throws {
    let start = place
    var names: [String] = []
    while true {
      let variable = nextNonSpace()
      guard variable.kind == .variable else { break }
      names.append(variable.text)
      let next = nextNonSpace()
      if next.kind == .assign || next.kind == .declare {
        pipeline.variables = names
        pipeline.assigns = next.kind == .assign
        if pipeline.assigns {
          for name in names where !variables.contains(name) {
            throw problem("undefined variable \(goQuoted(name))")
          }
        } else {
          variables += names
        }
        return
      }
      guard next.kind == .other, next.text == ",", context == "range", names.count == 1 else {
        break
      }
    }
    place = start
  }

  private mutating func command() throws -> TemplateCommand {
    skipSpace()
    var result = TemplateCommand(arguments: [], position: peek.position)
    while true {
      skipSpace()
      if let operand = try operand() { result.arguments.append(operand) }
      let token = next()
      switch token.kind {
      case .space: continue
      case .rightDelimiter, .rightParen: back()
      case .pipe: break
      default: throw unexpected(token, "operand")
      }
      break
    }
    if result.arguments.isEmpty { throw problem("empty command") }
    return result
  }

  private mutating func operand() throws -> TemplateOperand? {
    guard var node = try term() else { return nil }
    guard peek.kind == .field else { return node }
    // Go reports a chain at its second link.
    let position = peek.position
    var path: [String] = []
    var source = node.source
    while peek.kind == .field {
      let link = next()
      path.append(String(link.text.dropFirst()))
      source += link.text
    }
    switch node.kind {
    case .field(let names): node.kind = .field(names + path)
    case .variable(let name, let names): node.kind = .variable(name, names + path)
    case .pipeline(let pipeline, _): node.kind = .pipeline(pipeline, path)
    case .function:
      let call = TemplateCommand(arguments: [node], position: node.position)
      node.kind = .pipeline(TemplatePipeline(commands: [call]), path)
    case .dot, .null, .constant: throw problem("unexpected . after term \(goQuoted(node.source))")
    }
    node.position = position
    node.source = source
    return node
  }

  private mutating func term() throws -> TemplateOperand? {
    let token = nextNonSpace()
    let operand = { (kind: TemplateOperand.Kind) in
      TemplateOperand(kind: kind, position: token.position, source: token.text)
    }
    switch token.kind {
    case .identifier:
      guard TemplateFunction.isDefined(token.text) else {
        throw problem("function \(goQuoted(token.text)) not defined")
      }
      return operand(.function(token.text))
    case .dot: return operand(.dot)
    case .null: return operand(.null)
    case .variable:
      guard variables.contains(token.text) else {
        throw problem("undefined variable \(goQuoted(token.text))")
      }
      return operand(.variable(token.text, []))
    case .field: return operand(.field([String(token.text.dropFirst())]))
    case .boolean: return operand(.constant(.bool(token.text == "true")))
    case .number: return operand(.constant(TemplateNumber.parse(token.text) ?? .null))
    case .character, .string, .rawString:
      guard let text = GoString.unquote(token.text) else { throw problem("invalid syntax") }
      guard token.kind == .character else { return operand(.constant(.string(text))) }
      let scalars = text.unicodeScalars
      guard let scalar = scalars.first, scalars.count == 1 else {
        throw problem("malformed character constant: \(token.text)")
      }
      return operand(.constant(.integer(Int64(scalar.value))))
    case .leftParen:
      let inner = try pipeline("parenthesized pipeline", until: .rightParen)
      return TemplateOperand(
        kind: .pipeline(inner, []), position: token.position, source: "(\(inner.source))")
    default:
      back()
      return nil
    }
  }
}

extension TemplateParser {
  /// The next unread token; the last one stays visible beyond the end.
  private var peek: TemplateToken { tokens[min(place, tokens.count - 1)] }

  private mutating func next() -> TemplateToken {
    defer { place += 1 }
    return peek
  }

  private mutating func nextNonSpace() -> TemplateToken {
    skipSpace()
    return next()
  }

  private mutating func skipSpace() {
    while peek.kind == .space { place += 1 }
  }

  private mutating func back() { place -= 1 }

  private mutating func expect(_ kind: TemplateToken.Kind, in context: String) throws {
    let token = nextNonSpace()
    guard token.kind == kind else { throw unexpected(token, context) }
  }

  private func unexpected(_ token: TemplateToken, _ context: String) -> DklabError {
    token.kind == .error
      ? problem(token.text, line: token.line)
      : problem("unexpected \(token.quoted) in \(context)", line: token.line)
  }

  private func problem(_ complaint: String, line: Int? = nil) -> DklabError {
    let place = min(max(self.place - 1, 0), tokens.count - 1)
    return GoTemplate.error("template: :\(line ?? tokens[place].line): \(complaint)")
  }
}
