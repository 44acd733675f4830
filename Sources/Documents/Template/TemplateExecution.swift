import Support

/// Runs a parsed template over a document.
struct TemplateExecution {
  private let source: String
  private let shape: TemplateShape
  private var variables: [(name: String, value: TemplateValue)]
  private var dot: TemplateValue
  private(set) var output = ""

  /// How a list of nodes ended.
  enum Flow { case normal, breakLoop, continueLoop }

  init(source: String, root: JSONValue, shape: TemplateShape) {
    self.source = source
    self.shape = shape
    dot = TemplateValue(root, isMap: shape.isUntyped)
    if !shape.isUntyped { dot.shape = shape }
    variables = [("$", dot)]
  }

  mutating func run(_ nodes: [TemplateNode]) throws -> Flow {
    for node in nodes {
      switch node {
      case .text(let text): output += text
      case .output(let pipeline):
        let value = try evaluate(pipeline)
        if pipeline.variables.isEmpty { output += value.text }
      case .branch(let branch):
        let flow = try run(branch)
        if flow != .normal { return flow }
      case .range(let branch):
        let flow = try loop(branch)
        if flow != .normal { return flow }
      case .breakLoop: return .breakLoop
      case .continueLoop: return .continueLoop
      }
    }
    return .normal
  }

  private mutating func run(_ branch: TemplateNode.Branch) throws -> Flow {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    let value = try evaluate(branch.pipeline)
    guard value.isTrue else { return try run(branch.otherwise) }
    let outerDot = dot
    defer { dot = outerDot }
    if branch.movesDot { dot = value }
    return try run(branch.body)
  }

  private mutating func loop(_ branch: TemplateNode.Branch) throws -> Flow {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    // The loop's own variables are set for each turn; only the commands run now.
    var commands = branch.pipeline
    commands.variables = []
    let value = try evaluate(commands)
    let outerDot = dot
    defer { dot = outerDot }
    let items = try items(of: value, pipeline: branch.pipeline)
    if items.isEmpty { return try run(branch.otherwise) }
    for (key, item) in items {
      variables.removeLast(variables.count - scope)
      let names = branch.pipeline.variables
      let values = names.count > 1 ? [key, item] : [item]
      for (name, value) in zip(names, values) {
        set(name, value, assigns: branch.pipeline.assigns)
      }
      dot = item
      if try run(branch.body) == .breakLoop { break }
    }
    return .normal
  }

  private func items(
    of value: TemplateValue, pipeline: TemplatePipeline
  ) throws -> [(TemplateValue, TemplateValue)] {
    switch value.json {
    case nil, .null?: return []
    case .array(let elements)?:
      return elements.enumerated().map { index, element in
        (TemplateValue(json: .integer(Int64(index))), inner(element, of: value))
      }
    case .object(let members)?:
      return members.sorted { $0.key < $1.key }
        .map { (TemplateValue(json: .string($0.key)), inner($0.value, of: value)) }
    case .integer(let count)? where count < 1_000_000:
      return (0..<max(0, count)).map { index in
        let number = TemplateValue(json: .integer(index))
        return (number, number)
      }
    default:
      let operand = pipeline.commands.first
      throw problem(
        "range can't iterate over \(value.text)", at: operand?.position ?? 0,
        context: operand?.source ?? "")
    }
  }

  /// An element of a list or map: inside a typed document it is a struct again.
  private func inner(_ json: JSONValue, of value: TemplateValue) -> TemplateValue {
    var result = TemplateValue(json, isMap: shape.isUntyped)
    if !shape.isUntyped { result.shape = shape }
    return result
  }

  private mutating func set(_ name: String, _ value: TemplateValue, assigns: Bool) {
    if assigns, let place = variables.lastIndex(where: { $0.name == name }) {
      variables[place].value = value
    } else {
      variables.append((name, value))
    }
  }

  mutating func evaluate(_ pipeline: TemplatePipeline) throws -> TemplateValue {
    var value: TemplateValue?
    for command in pipeline.commands { value = try evaluate(command, piped: value) }
    let result = value ?? .absent
    for name in pipeline.variables { set(name, result, assigns: pipeline.assigns) }
    return result
  }

  private mutating func evaluate(
    _ command: TemplateCommand, piped: TemplateValue?
  ) throws -> TemplateValue {
    guard let first = command.arguments.first else { return .absent }
    let rest = Array(command.arguments.dropFirst())
    switch first.kind {
    case .function(let name):
      return try call(name, at: first, command: command, arguments: rest, piped: piped)
    case .field(let path) where !rest.isEmpty || piped != nil:
      return try method(path, from: dot, at: first, arguments: rest, piped: piped)
    case .null:
      throw problem("nil is not a command", at: first.position, context: first.source)
    default:
      if !rest.isEmpty || piped != nil {
        throw problem(
          "can't give argument to non-function \(first.source)", at: first.position,
          context: first.source)
      }
      return try evaluate(first)
    }
  }

  private mutating func evaluate(_ operand: TemplateOperand) throws -> TemplateValue {
    switch operand.kind {
    case .dot: return dot
    case .null: return TemplateValue(json: .null)
    case .constant(let value): return TemplateValue(json: value)
    case .field(let path): return try follow(path, from: dot, at: operand)
    case .variable(let name, let path):
      let value = variables.last { $0.name == name }?.value ?? .absent
      return try follow(path, from: value, at: operand)
    case .pipeline(let pipeline, let path):
      return try follow(path, from: evaluate(pipeline), at: operand)
    case .function(let name):
      let command = TemplateCommand(arguments: [operand], position: operand.position)
      return try call(name, at: operand, command: command, arguments: [], piped: nil)
    }
  }
}

extension TemplateExecution {
  private func follow(
    _ path: [String], from start: TemplateValue, at operand: TemplateOperand
  ) throws -> TemplateValue {
    var value = start
    for name in path { value = try member(name, of: value, at: operand) }
    return value
  }

  private func member(
    _ name: String, of value: TemplateValue, at operand: TemplateOperand
  ) throws -> TemplateValue {
    let complaint: String
    switch value.json {
    case nil: return .absent
    case .null?: complaint = "nil pointer evaluating interface {}.\(name)"
    case .object(let members)?:
      let key = members[name] == nil ? shape.aliases[name] ?? name : name
      if let found = members[key] {
        var result = inner(found, of: value)
        if !value.isMap {
          result.isMap = shape.openMaps.contains(key)
          result.nullText = shape.nullText(key)
        }
        return result
      }
      if let method = shape.methods[name] {
        return TemplateValue(json: try method(members, []))
      }
      if value.isMap { return .absent }
      if shape.openMaps.contains(name) || shape.lists.contains(name) {
        // A field that JSON leaves out when it is empty.
        var empty = TemplateValue(.null, isMap: shape.openMaps.contains(name))
        empty.nullText = shape.nullText(name)
        return empty
      }
      switch shape.missing {
      case .noValue: return .absent
      case .noEntry: complaint = "map has no entry for key \(goQuoted(name))"
      case .noField(let type): complaint = "can't evaluate field \(name) in type \(type)"
      }
    case let other?:
      complaint = "can't evaluate field \(name) in type \(TemplateValue.typeName(other))"
    }
    throw problem(complaint, at: operand.position, context: operand.source)
  }

  /// A field with arguments: only methods take them.
  private mutating func method(
    _ path: [String], from start: TemplateValue, at operand: TemplateOperand,
    arguments: [TemplateOperand], piped: TemplateValue?
  ) throws -> TemplateValue {
    let receiver = try follow(path.dropLast(), from: start, at: operand)
    let name = path.last ?? ""
    guard let method = shape.methods[name], let members = receiver.json?.object else {
      _ = try member(name, of: receiver, at: operand)
      let count = arguments.count + (piped == nil ? 0 : 1)
      var complaint = "\(name) has arguments but cannot be invoked as function"
      if case .noField = shape.missing {
        complaint = "wrong number of args for \(name): want 0 got \(count)"
      }
      throw problem(complaint, at: operand.position, context: operand.source)
    }
    var values = try arguments.map { try evaluate($0).json ?? .null }
    if let piped { values.append(piped.json ?? .null) }
    return TemplateValue(json: try method(members, values))
  }

  private mutating func call(
    _ name: String, at operand: TemplateOperand, command: TemplateCommand,
    arguments: [TemplateOperand], piped: TemplateValue?
  ) throws -> TemplateValue {
    // `and` and `or` stop as soon as they know.
    if name == "and" || name == "or", !arguments.isEmpty {
      var value = TemplateValue.absent
      for argument in arguments {
        value = try evaluate(argument)
        if value.isTrue == (name == "or") { return value }
      }
      return piped ?? value
    }
    guard let function = TemplateFunction.named(name) else { return .absent }
    let count = arguments.count + (piped == nil ? 0 : 1)
    if let wanted = function.mismatch(count: count) {
      throw problem(
        "wrong number of args for \(name): want \(wanted) got \(count)", at: operand.position,
        context: operand.source)
    }
    var values: [TemplateValue] = []
    for (place, argument) in arguments.enumerated() {
      let value = try evaluate(argument)
      if let complaint = function.complaint(about: value, at: place, operand: argument) {
        throw problem(complaint, at: argument.position, context: argument.source)
      }
      values.append(value)
    }
    if let piped {
      if let complaint = function.complaint(about: piped, at: values.count, operand: nil) {
        throw problem(complaint, at: operand.position, context: operand.source)
      }
      values.append(piped)
    }
    do {
      return try function.body(values)
    } catch let failure as TemplateFunction.Failure {
      throw problem(
        "error calling \(name): \(failure.message)", at: command.position, context: command.source)
    }
  }

  private func problem(_ complaint: String, at position: Int, context: String) -> DklabError {
    let before = source.utf8.prefix(position)
    let line = 1 + before.count { $0 == 0x0A }
    let column = before.reversed().prefix { $0 != 0x0A }.count
    return GoTemplate.error(
      "template: :\(line):\(column): executing \"\" at <\(context)>: \(complaint)",
      id: "template.execution")
  }
}
